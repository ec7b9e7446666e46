/**
 * What a pool of workers and each of its threads ask each other.
 *
 * @module
 */
import { CoreTopic } from "./core_topic.ts";

/** A task on its way to a thread. */
export interface TaskRequest {
  readonly task: unknown;
  /** Milliseconds that the task may take. */
  readonly deadlineMs: number;
}

/** Loads the module whose default export handles tasks. */
export const LOAD: CoreTopic<string> = new CoreTopic("troupe.pool.load");
/** Runs a task; the reply is its result. */
export const RUN: CoreTopic<TaskRequest, unknown> = new CoreTopic(
  "troupe.pool.run",
);
/** Cancels the task that is running, if any. */
export const CANCEL: CoreTopic<void> = new CoreTopic("troupe.pool.cancel");
