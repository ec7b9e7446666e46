/**
 * The command line of load tests; `--help` says what it does.
 *
 * @module
 */
import { runCommandLine } from "./run.ts";

export { type CommandLineOptions, runCommandLine } from "./run.ts";

if (import.meta.main) Deno.exit(await runCommandLine(Deno.args));
