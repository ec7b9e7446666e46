/**
 * The command line of load tests, which a busy machine makes no run invalid of.
 *
 * @module
 */
import { runCommandLine } from "../../../src/load/cli/main.ts";
import { ANY_MACHINE } from "../../support/load_drivers.ts";

Deno.exit(await runCommandLine(Deno.args, { health: ANY_MACHINE }));
