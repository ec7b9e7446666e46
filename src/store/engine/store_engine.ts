/**
 * The engine of a store: one writer thread, readers beside it, and the actors
 * that watch over them.
 *
 * ```
 * store (one_for_one)
 * ├─ writer     a thread; what waits for it is in the write queue
 * └─ reader-0 … threads; what waits for them is in the read pool
 * ```
 *
 * @module
 */
import {
  type ActorSystem,
  startChild,
  supervisor,
  type SupervisorRef,
} from "../../actor/mod.ts";
import { callGuarded, report } from "../../actor/internal.ts";
import {
  checkDuration,
  checkInteger,
  checkSignal,
  checkString,
} from "../../checks/internal.ts";
import { StoreClosedError } from "../errors.ts";
import { outcomeOf, rowsOf } from "./rows.ts";
import type {
  Change,
  Changes,
  Cursor,
  Engine,
  ReadOptions,
  Row,
  Statement,
  Transaction,
  TransactionOptions,
  WriteOptions,
  WriteOutcome,
  WriteWork,
} from "./engine.ts";
import type { EngineSettings } from "./engine_settings.ts";
import { type Failure, FailureError } from "./failure.ts";
import { fileError, publicError } from "./public_error.ts";
import type { OpenPlan, Outcome, TablePlan, WriteValues } from "./protocol.ts";
import { checkFile, copyFile } from "./aside.ts";
import { changesCall, changesFrom } from "./change_log.ts";
import { transact } from "./transact.ts";
import { ReadPool } from "./read_pool.ts";
import { openThread, threadActor, type ThreadSeat } from "./thread_actor.ts";
import type { ThreadLink } from "./thread_link.ts";
import { type EngineStats, engineStats } from "./engine_stats.ts";
import { noUse } from "./thread_use.ts";
import { WriteQueue } from "./write_queue.ts";

/** Rows that a read returns, at most, if it does not say. */
const MAX_ROWS = 100_000;
/** Milliseconds that a transaction takes, at most, if it does not say. */
const TRANSACTION_MS = 5000;
/** Threads that may end within the time below until the store gives up. */
const MAX_RESTARTS = 10;
const WITHIN_MS = 60_000;
/** Changes that are read at once after a thread was lost. */
const CATCH_UP = 1000;
const NO_REPLY: Failure = { kind: "sql", text: "it has no reply" };
/** Milliseconds that a thread has to close the file. */
const SHUTDOWN_MS = 10_000;

/** The engine of one file. */
export class StoreEngine implements Engine {
  readonly #system: ActorSystem;
  readonly #settings: EngineSettings;
  readonly #lock: Disposable;
  readonly #tables: ReadonlyMap<string, TablePlan>;
  readonly #writes: WriteQueue;
  readonly #reads: ReadPool;
  readonly #subscribers = new Set<(changes: readonly Change[]) => void>();
  readonly #seats: readonly ThreadSeat[];
  readonly #closed = Promise.withResolvers<void>();
  #root: SupervisorRef | undefined;
  #cursor = 0;
  #isClosing = false;
  #failure: unknown;

  constructor(
    system: ActorSystem,
    settings: EngineSettings,
    lock: Disposable,
  ) {
    this.#system = system;
    this.#settings = settings;
    this.#lock = lock;
    const { writer, readers, limits } = settings;
    this.#tables = new Map(writer.tables.map((table) => [table.name, table]));
    this.#writes = new WriteQueue({
      maxQueued: limits.maxQueuedWrites,
      write: (link, works) => this.#write(link, works),
      errorOf: (error) => this.#errorOf(error, "write to"),
    });
    this.#reads = new ReadPool({
      clock: system.clock,
      maxQueued: limits.maxQueuedReads,
      timeoutMs: limits.readTimeoutMs,
      errorOf: (error) => this.#errorOf(error, "read from"),
    });
    this.#seats = [
      this.#writerSeat(),
      ...Array.from({ length: readers }, (_, i) => this.#readerSeat(i)),
    ];
  }

  #writerSeat(): ThreadSeat {
    return {
      name: "writer",
      last: undefined,
      opened: undefined,
      use: noUse(),
      open: async (link) => {
        const { cursor } = await link.ask("open_writer", this.#settings.writer);
        // What was committed when the last thread ended is still to be told.
        if (this.#subscribers.size > 0) await this.#catchUp(link);
        else this.#cursor = cursor;
      },
      up: (link) => this.#up(() => this.#writes.up(link)),
      down: () => this.#writes.down(),
      failed: (error) => this.#fail(error),
    };
  }

  #readerSeat(index: number): ThreadSeat {
    const { path, busyMs } = this.#settings.writer;
    return {
      name: `reader-${index}`,
      last: undefined,
      opened: undefined,
      use: noUse(),
      open: async (link) => {
        await link.ask("open_reader", { path, busyMs });
      },
      up: (link) => this.#up(() => this.#reads.up(link)),
      down() {},
      failed: (error) => this.#fail(error),
    };
  }

  #up(use: () => void): void {
    this.#failure = undefined;
    use();
  }

  #fail(error: unknown): unknown {
    return this.#failure = this.#fileError(error, "open");
  }

  /** Starts the threads; the store can be used when it resolves. */
  async start(): Promise<void> {
    let root: SupervisorRef;
    try {
      root = this.#system.spawn(supervisor({
        maxRestarts: MAX_RESTARTS,
        withinMs: WITHIN_MS,
        backoff: { initialMs: 10, maxMs: 1000 },
      }));
    } catch (error) {
      this.#lock[Symbol.dispose]();
      throw error;
    }
    this.#root = root;
    const stop = new AbortController();
    void root.stopped.then(() => {
      stop.abort(this.#closedError());
      return this.#ended();
    });
    const startSeat = async (seat: ThreadSeat) => {
      seat.opened = await openThread(seat, stop.signal);
      await startChild(root, {
        name: seat.name,
        startMs: Infinity,
        shutdownMs: SHUTDOWN_MS,
        behavior: threadActor(seat),
      });
    };
    try {
      const [writer, ...readers] = this.#seats;
      // The file is made by the writer.
      if (writer !== undefined) await startSeat(writer);
      await Promise.all(readers.map(startSeat));
    } catch (error) {
      const failure = this.#failure;
      await this.close();
      throw failure ?? error;
    }
  }

  async #ended(): Promise<void> {
    const error = this.#closedError();
    this.#writes.close(error);
    this.#reads.close(error);
    for (const { opened } of this.#seats) opened?.end();
    // One that has not come back yet has the file.
    await Promise.all(this.#seats.map(({ last }) => last?.gone));
    this.#lock[Symbol.dispose]();
    this.#closed.resolve();
  }

  #closedError(): StoreClosedError {
    const { path } = this.#settings.writer;
    const cause = this.#isClosing ? undefined : this.#failure;
    return new StoreClosedError(
      `Cannot use the store ${path}: it is closed${
        cause instanceof Error ? `, as it has failed (${cause.message})` : ""
      }`,
      cause === undefined ? undefined : { cause },
    );
  }

  get cursor(): Cursor {
    return String(this.#cursor);
  }

  get stats(): EngineStats {
    const uses = this.#seats.map(({ use }) => use);
    return engineStats(uses, this.#writes, this.#reads.size);
  }

  async read(
    { sql, values, isLimited = false }: Statement,
    { signal, maxRows = MAX_ROWS }: ReadOptions = {},
  ): Promise<readonly Row[]> {
    checkInteger("maxRows", maxRows, { min: 1 });
    const call = { sql, values, maxRows, isLimited };
    const rows = await this.#reads.read(call, signal);
    return rowsOf(rows);
  }

  async write(
    { steps }: WriteWork,
    { signal }: WriteOptions = {},
  ): Promise<WriteOutcome> {
    const values = await this.#writes.write(steps, signal);
    return outcomeOf(this.#tables, { steps }, values);
  }

  /** Writes together, and lets subscribers know before those who wrote. */
  async #write(
    link: ThreadLink,
    works: readonly WriteWork["steps"][],
  ): Promise<readonly Outcome<WriteValues>[]> {
    const wantsChanges = this.#subscribers.size > 0;
    const { outcomes, changes, cursor } = await link.ask("write", {
      works,
      now: this.#settings.now(),
      wantsChanges,
    });
    await this.#committed(link, wantsChanges ? changes : undefined, cursor);
    return outcomes;
  }

  /** @param changes Undefined if nobody wanted them when they were written. */
  async #committed(
    link: ThreadLink,
    changes: readonly Change[] | undefined,
    cursor: number,
  ): Promise<void> {
    if (changes !== undefined) this.#notify(changes, cursor);
    else if (this.#subscribers.size === 0) this.#cursor = cursor;
    else await this.#catchUp(link);
  }

  /** Reads what subscribers do not know yet. */
  async #catchUp(link: ThreadLink): Promise<void> {
    let isAll = false;
    while (!isAll) {
      const after = this.cursor;
      const [outcome] = await link.read([changesCall(after, CATCH_UP)]);
      if (outcome === undefined || outcome.failure !== undefined) {
        throw new FailureError(outcome?.failure ?? NO_REPLY);
      }
      const read = changesFrom(outcome.value, after, CATCH_UP);
      this.#notify(read.changes, Number(read.cursor));
      isAll = read.isAll;
    }
  }

  #notify(changes: readonly Change[], cursor: number): void {
    this.#cursor = cursor;
    if (changes.length === 0) return;
    for (const onCommitted of this.#subscribers) {
      callGuarded(
        () => onCommitted(changes),
        (cause) => report("A subscriber of a store has failed:", cause),
      );
    }
  }

  transaction<T>(
    run: (tx: Transaction) => Promise<T>,
    { timeoutMs = TRANSACTION_MS, signal }: TransactionOptions = {},
  ): Promise<T> {
    if (signal !== undefined) checkSignal("signal", signal);
    checkDuration("timeoutMs", timeoutMs);
    return this.#writes.alone(
      (link) =>
        transact(link, run, {
          clock: this.#system.clock,
          timeoutMs,
          signal,
          now: this.#settings.now,
          errorOf: (error) => this.#errorOf(error, "write to"),
          outcomeOf: (work, values) => outcomeOf(this.#tables, work, values),
          committed: (changes, cursor) =>
            this.#committed(link, changes, cursor),
        }),
      signal,
    );
  }

  async changesSince(cursor: Cursor, limit: number): Promise<Changes> {
    checkString("cursor", cursor);
    if (!/^\d{1,15}$/.test(cursor)) {
      throw new TypeError(
        `Cannot use cursor: it is ${
          JSON.stringify(cursor)
        }, it must be a whole number as text`,
      );
    }
    checkInteger("limit", limit, { min: 1, max: 10_000 });
    const rows = await this.#reads.read(changesCall(cursor, limit), undefined);
    try {
      return changesFrom(rows, cursor, limit);
    } catch (error) {
      throw this.#errorOf(error, "read the changes of");
    }
  }

  subscribe(onCommitted: (changes: readonly Change[]) => void): Disposable {
    // The same function may be subscribed twice.
    const own = (changes: readonly Change[]): void => onCommitted(changes);
    this.#subscribers.add(own);
    return { [Symbol.dispose]: () => void this.#subscribers.delete(own) };
  }

  async backup(path: string): Promise<void> {
    checkString("path", path);
    await this.#aside((file) => copyFile(file, path), "back up");
  }

  async integrityCheck(): Promise<readonly string[]> {
    return await this.#aside(checkFile, "check");
  }

  async #aside<T>(
    run: (file: OpenPlan) => Promise<T>,
    what: string,
  ): Promise<T> {
    if (this.#isClosing) throw this.#closedError();
    try {
      return await run(this.#settings.writer);
    } catch (error) {
      throw this.#fileError(error, what);
    }
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      await this.#writes.drain(this.#closedError());
      this.#root?.stop();
    }
    await this.#closed.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends threads as a failure of them would; for tests. */
  endThreads(name: string): void {
    for (const { name: its, last } of this.#seats) {
      if (its.startsWith(name)) last?.end();
    }
  }

  #fileError(error: unknown, what: string): unknown {
    return fileError(error, `${what} the store`, this.#settings.writer.path);
  }

  #errorOf(error: unknown, what: string): unknown {
    return publicError(error, `${what} the store`, this.#settings.writer.path);
  }
}
