/**
 * What a module that runs tasks in a pool of workers exports.
 *
 * @module
 */

/** What the handler of a task gets besides the task. */
export interface TaskContext {
  /** Aborts when nobody waits for the result any more. */
  readonly signal: AbortSignal;
  /**
   * Moves buffers and ports of the result instead of copying them. Whoever
   * handles the task must not use them afterwards.
   */
  transfer(...objects: Transferable[]): void;
}

/**
 * The default export of a module for a pool of workers: handles one task at a
 * time, and may block its thread meanwhile.
 */
export type TaskHandler<Task, Result> = (
  task: Task,
  context: TaskContext,
) => Result | PromiseLike<Result>;
