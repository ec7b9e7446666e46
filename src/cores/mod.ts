/**
 * A program on all cores: workers that each run the same module with an actor
 * system of their own, supervised by the program.
 *
 * @module
 */
export type { Core, CoreMain } from "./core.ts";
export type { CoreSpread } from "./core_calls.ts";
export type { CorePhase, CoreState } from "./core_seat.ts";
export {
  type CoreHandler,
  CoreTopic,
  type HandledTopic,
} from "./core_topic.ts";
export { cores } from "./cores.ts";
export type {
  CoreInfo,
  CoreReply,
  Cores,
  CoresStats,
  CoreStats,
} from "./cores_handle.ts";
export type { ListenerTotals } from "./shared_listeners.ts";
export type { CoresOptions } from "./cores_options.ts";
export * from "./errors.ts";
export type { TaskOptions, WorkerPoolOptions } from "./pool_options.ts";
export type { TaskContext, TaskHandler } from "./task_handler.ts";
export {
  type WorkerPool,
  workerPool,
  type WorkerPoolStats,
} from "./worker_pool.ts";
