/**
 * The options of a pool of workers, checked before the first task.
 *
 * @module
 */
import type { OverflowPolicy } from "../actor/mod.ts";
import {
  checkArray,
  checkOneOf,
  checkOptionNames,
  checkSignal,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";

/** Options of {@linkcode workerPool}. */
export interface WorkerPoolOptions {
  /**
   * Threads that run tasks at once, 1 to 1024; each is started when it is first
   * needed.
   * @default {navigator.hardwareConcurrency}
   */
  readonly size?: number;
  /**
   * Tasks that may wait for a thread, 0 or more.
   * @default {1000}
   */
  readonly maxQueued?: number;
  /**
   * What a full queue does with one more task, in the words of a mailbox:
   * `drop_oldest` rejects the task that has waited longest, the others the new
   * one; all with `MailboxFullError`.
   * @default {"refuse"}
   */
  readonly overflow?: OverflowPolicy;
  /**
   * Milliseconds that a task may run, above 0; then its thread is ended and
   * replaced. With `Infinity` a task that blocks for ever keeps its thread.
   * @default {60000}
   */
  readonly deadlineMs?: number;
  /**
   * Milliseconds that a task has to end when it was cancelled, 0 or more; then
   * its thread is ended and replaced.
   * @default {1000}
   */
  readonly graceMs?: number;
}

/** Options of one task. */
export interface TaskOptions {
  /**
   * Cancels the task: one that waits is not run, and the `signal` of one that
   * runs aborts. The call rejects with the reason at once.
   */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds that this task may run, above 0.
   * @default {the pool's}
   */
  readonly deadlineMs?: number;
  /** What moves to the thread instead of being copied. */
  readonly transfer?: readonly Transferable[];
}

/** {@linkcode WorkerPoolOptions} with defaults filled in. */
export type WorkerPoolSettings = Required<WorkerPoolOptions>;

const NAMES: OptionNames<WorkerPoolOptions> = {
  size: true,
  maxQueued: true,
  overflow: true,
  deadlineMs: true,
  graceMs: true,
};

const TASK_NAMES: OptionNames<TaskOptions> = {
  signal: true,
  deadlineMs: true,
  transfer: true,
};

const POLICIES: readonly OverflowPolicy[] = [
  "refuse",
  "drop_oldest",
  "drop_newest",
];

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function resolvePoolOptions(
  options: WorkerPoolOptions,
): WorkerPoolSettings {
  checkOptionNames("workerPool()", options, NAMES);
  const { overflow = "refuse" } = options;
  checkOneOf("overflow", overflow, POLICIES);
  const numbers = resolveNumbers(options, {
    size: navigator.hardwareConcurrency,
    maxQueued: 1000,
    deadlineMs: 60_000,
    graceMs: 1000,
  }, {
    size: { min: 1, max: 1024, integer: true },
    maxQueued: { min: 0, integer: true, orInfinity: true },
    deadlineMs: { above: 0 },
    graceMs: { min: 0 },
  });
  return { ...numbers, overflow };
}

/**
 * Checks the options of a task.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function checkTaskOptions(options: TaskOptions): void {
  checkOptionNames("run()", options, TASK_NAMES);
  const { signal, deadlineMs, transfer } = options;
  if (signal !== undefined) checkSignal("signal", signal);
  if (deadlineMs !== undefined) {
    resolveNumbers({ deadlineMs }, { deadlineMs }, {
      deadlineMs: { above: 0 },
    });
  }
  if (transfer !== undefined) {
    checkArray("transfer", transfer, "an array of buffers and ports");
  }
}
