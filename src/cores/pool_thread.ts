/**
 * One thread of a pool of workers, and the task that it runs.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import { reasonOf } from "../checks/internal.ts";
import { Channel } from "./channel.ts";
import { CoreLostError, CoreStartError, TaskDeadlineError } from "./errors.ts";
import { CANCEL, LOAD, RUN } from "./pool_calls.ts";
import { WorkerThread } from "./worker_thread.ts";

/** A task, and whoever waits for it. */
export interface PoolTask {
  readonly task: unknown;
  readonly deadlineMs: number;
  readonly transfer: readonly Transferable[];
  readonly signal: AbortSignal | undefined;
  /** Called once with the outcome; later calls are ignored. */
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What has come of a task. */
export interface TaskOutcome {
  /** Whether the thread can run another. */
  readonly canGoOn: boolean;
  /** Lets whoever waits for the task know. */
  readonly settle: () => void;
}

/** What a thread needs of its pool. */
export interface PoolThreadOptions {
  readonly module: string;
  readonly clock: Clock;
  readonly graceMs: number;
}

/** A thread that runs one task at a time. */
export class PoolThread {
  /** Resolves when the thread has ended. */
  readonly gone: Promise<void>;
  readonly #thread: WorkerThread;
  readonly #channel: Channel;
  readonly #loaded: Promise<void>;
  readonly #options: PoolThreadOptions;

  constructor(options: PoolThreadOptions) {
    this.#options = options;
    const { module, clock } = options;
    const thread = this.#thread = new WorkerThread(
      new URL("./pool_worker.ts", import.meta.url),
      "pool",
    );
    this.#channel = new Channel(thread.port, {
      clock,
      from: 0,
      peer: "the task",
    });
    this.gone = thread.gone.then(() => this.#channel.close(this.#lost()));
    this.#loaded = this.#channel.ask(LOAD, module, { timeoutMs: Infinity });
    this.#loaded.catch(() => {});
  }

  /**
   * Runs a task. Resolves to what has come of it; only a cancelled task has been
   * rejected by then, as its caller does not wait for its end.
   */
  async run(task: PoolTask): Promise<TaskOutcome> {
    const { clock, graceMs } = this.#options;
    const { deadlineMs, signal, transfer } = task;
    try {
      await this.#loaded;
    } catch (cause) {
      const { failure } = this.#thread;
      const error = new CoreStartError(
        `Cannot start a thread of the pool: ${reasonOf(failure ?? cause)}`,
        { cause: failure ?? cause },
      );
      return { canGoOn: false, settle: () => task.reject(error) };
    }
    if (signal?.aborted) {
      return { canGoOn: true, settle: () => task.reject(signal.reason) };
    }
    const late = Promise.withResolvers<TaskOutcome>();
    const timers: Timer[] = [clock.schedule(deadlineMs, () => {
      const error = new TaskDeadlineError(
        `The task took over ${deadlineMs} ms: its thread was ended, raise deadlineMs if it may take that long`,
      );
      late.resolve({ canGoOn: false, settle: () => task.reject(error) });
    })];
    const onAbort = (): void => {
      task.reject(signal?.reason);
      this.#channel.tell(CANCEL, undefined);
      timers.push(clock.schedule(graceMs, () => {
        late.resolve({ canGoOn: false, settle() {} });
      }));
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    const running = this.#channel.ask(
      RUN,
      { task: task.task, deadlineMs },
      { timeoutMs: Infinity, transfer: [...transfer] },
    );
    const ended = running.then(
      (value) => ({ canGoOn: true, settle: () => task.resolve(value) }),
      (error) => ({
        canGoOn: !(error instanceof CoreLostError),
        settle: () => task.reject(error),
      }),
    );
    const outcome = await Promise.race([ended, late.promise]);
    for (const timer of timers) timer.cancel();
    signal?.removeEventListener("abort", onAbort);
    return outcome;
  }

  /** Ends the thread, at the latest when its task comes back. */
  end(): void {
    this.#thread.terminate();
  }

  #lost(): CoreLostError {
    const { failure } = this.#thread;
    return new CoreLostError(
      `The thread of the task has ended: ${
        failure?.message ?? "it has exited"
      }`,
      failure === undefined ? undefined : { cause: failure },
    );
  }
}
