/**
 * The command line of load tests. `--help` describes it.
 *
 * @module
 */
import { runCommandLine } from "./run.ts";

export { type CommandLineOptions, runCommandLine } from "./run.ts";

if (import.meta.main) Deno.exit(await runCommandLine(Deno.args));
