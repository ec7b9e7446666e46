/**
 * The module that each thread of a pool of workers runs.
 *
 * @module
 */
import { runPoolWorker } from "./run_pool_worker.ts";
import { onThreadStart } from "./thread_start.ts";

onThreadStart(runPoolWorker);
