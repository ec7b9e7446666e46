/**
 * The module that each worker of `cores()` runs: it takes the lock that says
 * that the worker lives, and calls the module of the program.
 *
 * @module
 */
import { runCore } from "./run_core.ts";
import { onThreadStart } from "./thread_start.ts";

onThreadStart(runCore);
