/**
 * A bounded pool of threads for tasks that block, such as hashing and heavy
 * queries, so that the actors of a program go on meanwhile.
 *
 * @module
 */
import {
  type ActorSystem,
  MailboxFullError,
  type TroupeError,
} from "../actor/mod.ts";
import { spawnNamed } from "../actor/internal.ts";
import { checkMethods } from "../checks/internal.ts";
import { checkModule, fileOf } from "./cores_options.ts";
import { CoreLostError } from "./errors.ts";
import {
  checkTaskOptions,
  resolvePoolOptions,
  type TaskOptions,
  type WorkerPoolOptions,
  type WorkerPoolSettings,
} from "./pool_options.ts";
import { type PoolTask, PoolThread } from "./pool_thread.ts";

/** What a pool of workers does, in numbers. */
export interface WorkerPoolStats {
  /** Threads that there are, idle ones too, but for those that end. */
  readonly threads: number;
  /** Tasks that run now. */
  readonly running: number;
  /** Tasks that wait for a thread. */
  readonly queued: number;
  /**
   * Threads that were ended and have not come back from their task: they take
   * processor time until they have.
   */
  readonly ending: number;
}

/** A pool of threads that run the tasks of one module. */
export interface WorkerPool<Task, Result> extends AsyncDisposable {
  /**
   * Runs a task as soon as a thread is free, and resolves to its result.
   *
   * @throws {MailboxFullError} as a rejection, if too many tasks wait already.
   * @throws {TaskDeadlineError} as a rejection, if the task runs for too long.
   * @throws {CoreRequestError} as a rejection, if the handler fails.
   * @throws {CoreLostError} as a rejection, if the thread ends, or the pool is
   * closed.
   * @throws {CoreStartError} as a rejection, if no thread can be started.
   * @throws {TypeError | RangeError} as a rejection, if an option is wrong.
   */
  run(task: Task, options?: TaskOptions): Promise<Result>;
  /** Returns what the pool does now. */
  stats(): WorkerPoolStats;
  /** Ends all threads and rejects all tasks. */
  close(): Promise<void>;
}

/**
 * Creates a pool of threads that run the tasks of `module`; it ends with
 * `system`. A thread whose task fails by an uncaught error, exits or takes too
 * long is replaced.
 *
 * @param module The module whose default export, a {@linkcode TaskHandler},
 * handles the tasks.
 * @param options May be left out; each option has its default.
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 * @throws {TroupeError} when the system is shutting down.
 *
 * @example
 * ```ts ignore
 * // fibonacci.ts: export default (n: number) => …
 * import { ActorSystem } from "@troupe/troupe";
 * import { workerPool } from "@troupe/troupe/cores";
 *
 * await using system = new ActorSystem();
 * await using pool = workerPool<number, number>(
 *   system,
 *   new URL("./fibonacci.ts", import.meta.url),
 *   { size: 2, deadlineMs: 1000 },
 * );
 * console.log(await pool.run(30));
 * ```
 */
export function workerPool<Task, Result>(
  system: ActorSystem,
  module: URL | string,
  options: WorkerPoolOptions = {},
): WorkerPool<Task, Result> {
  checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
  const href = checkModule(module);
  const pool = new Pool(system, href, resolvePoolOptions(options));
  // It ends with its system, as all that is started does.
  const owner = spawnNamed(system, `worker pool ${fileOf(href)}`, () => ({
    receive() {},
    stopped: () => pool.close(),
  }));
  const close = async (): Promise<void> => {
    owner.stop();
    await owner.stopped;
    await pool.close();
  };
  return {
    // The module and whoever uses it agree on the types.
    run: (task, options) => pool.run(task, options) as Promise<Result>,
    stats: () => pool.stats(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A task with its promise. */
class Waiting implements PoolTask {
  readonly task: unknown;
  readonly deadlineMs: number;
  readonly transfer: readonly Transferable[];
  readonly signal: AbortSignal | undefined;
  readonly outcome: PromiseWithResolvers<unknown> = Promise.withResolvers();
  readonly resolve: (value: unknown) => void = this.outcome.resolve;
  readonly reject: (error: unknown) => void = this.outcome.reject;

  constructor(task: unknown, options: TaskOptions, deadlineMs: number) {
    this.task = task;
    this.signal = options.signal;
    this.transfer = options.transfer ?? [];
    this.deadlineMs = options.deadlineMs ?? deadlineMs;
  }
}

class Pool {
  readonly #system: ActorSystem;
  readonly #module: string;
  readonly #settings: WorkerPoolSettings;
  readonly #queue = new Set<Waiting>();
  readonly #idle: PoolThread[] = [];
  readonly #busy = new Map<PoolThread, Waiting>();
  readonly #ending = new Set<PoolThread>();
  #isClosed = false;

  constructor(
    system: ActorSystem,
    module: string,
    settings: WorkerPoolSettings,
  ) {
    this.#system = system;
    this.#module = module;
    this.#settings = settings;
  }

  async run(task: unknown, options: TaskOptions = {}): Promise<unknown> {
    checkTaskOptions(options);
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#isClosed) throw closedError();
    const waiting = new Waiting(task, options, this.#settings.deadlineMs);
    if (this.#canStart) this.#start(waiting);
    else this.#enqueue(waiting);
    return await waiting.outcome.promise;
  }

  stats(): WorkerPoolStats {
    return {
      threads: this.#idle.length + this.#busy.size,
      running: this.#busy.size,
      queued: this.#queue.size,
      ending: this.#ending.size,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiting of this.#queue) waiting.reject(closedError());
    this.#queue.clear();
    for (const [thread, task] of this.#busy) {
      task.reject(closedError());
      this.#end(thread);
    }
    for (const thread of this.#idle.splice(0)) this.#end(thread);
    await Promise.all(
      [...this.#ending].map((thread) => this.#untilGone(thread)),
    );
  }

  /** Whether a task can run at once. */
  get #canStart(): boolean {
    if (this.#idle.length > 0) return true;
    const { size } = this.#settings;
    // A thread that is ended may compute on: those count once more, at most.
    return this.#busy.size < size &&
      this.#busy.size + this.#ending.size < 2 * size;
  }

  #enqueue(waiting: Waiting): void {
    const { maxQueued, overflow } = this.#settings;
    if (this.#queue.size >= maxQueued) {
      const [oldest] = this.#queue;
      const isNewDropped = overflow !== "drop_oldest" || oldest === undefined;
      const dropped = isNewDropped ? waiting : oldest;
      this.#queue.delete(dropped);
      dropped.reject(
        new MailboxFullError(
          `Cannot run a task: ${maxQueued} tasks wait already, slow down or raise maxQueued`,
        ),
      );
      if (isNewDropped) return;
    }
    this.#queue.add(waiting);
    const { signal, outcome } = waiting;
    if (signal === undefined) return;
    const onAbort = (): void => {
      if (this.#queue.delete(waiting)) waiting.reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    const forget = (): void => signal.removeEventListener("abort", onAbort);
    outcome.promise.then(forget, forget);
  }

  #start(waiting: Waiting): void {
    const thread = this.#idle.pop() ?? this.#newThread();
    this.#busy.set(thread, waiting);
    void thread.run(waiting).then(({ canGoOn, settle }) => {
      // It may have been ended meanwhile.
      if (this.#busy.delete(thread)) {
        if (canGoOn) this.#idle.push(thread);
        else this.#end(thread);
        this.#next();
      }
      settle();
    });
  }

  #newThread(): PoolThread {
    const { graceMs } = this.#settings;
    const { clock } = this.#system;
    const thread = new PoolThread({ module: this.#module, clock, graceMs });
    void thread.gone.then(() => {
      // What a task has left behind can end a thread that is idle.
      const at = this.#idle.indexOf(thread);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    return thread;
  }

  #next(): void {
    for (const waiting of this.#queue) {
      if (!this.#canStart) return;
      this.#queue.delete(waiting);
      this.#start(waiting);
    }
  }

  #end(thread: PoolThread): void {
    this.#busy.delete(thread);
    this.#ending.add(thread);
    thread.end();
    void thread.gone.then(() => {
      this.#ending.delete(thread);
      if (!this.#isClosed) this.#next();
    });
  }

  /** Waits for a thread to end, but not for one that computes for ever. */
  async #untilGone(thread: PoolThread): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = this.#system.clock.schedule(END_MS, late.resolve);
    await Promise.race([thread.gone, late.promise]);
    timer.cancel();
  }
}

/** Milliseconds that a closing pool waits for threads that compute. */
const END_MS = 1000;

function closedError(): TroupeError {
  return new CoreLostError("Cannot run a task: the pool is closed");
}
