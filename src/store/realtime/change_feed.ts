/**
 * Publishes the changes of a store in a stream of a bus.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";
import { backoffDelayMs, resolveBackoff } from "../../actor/internal.ts";
import {
  BusClosedError,
  BusForbiddenError,
  type BusStream,
  StreamNotFoundError,
} from "../../bus/mod.ts";
import type { MsgpackValue } from "../../codec/mod.ts";
import type { Change, Engine, Row } from "../engine/engine.ts";
import { ChangesLostError, StoreClosedError } from "../errors.ts";

/** What a feed needs of the store, and where it publishes. */
export interface ChangeFeedPort {
  readonly engine: Pick<
    Engine,
    "changesSince" | "cursor" | "read" | "subscribe" | "write"
  >;
  /** Returns a record as it is published. */
  readonly recordOf: (collection: string, row: Row) => MsgpackValue;
  readonly clock: Clock;
  /** Where the changes are published. */
  readonly stream: BusStream;
  /** What the subjects begin with; it names the feed as well. */
  readonly prefix: string;
}

/** A change, as it is published. */
export interface PublishedChange {
  /** Its place in the change log, which is the id of the message too. */
  readonly cursor: string;
  readonly collection: string;
  readonly id: string;
  readonly kind: "create" | "update" | "delete";
  /** The record afterwards; `null` if it was deleted. */
  readonly record: MsgpackValue;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
}

/** Changes that are published at the same time, each of another record. */
const MAX_UNDER_WAY = 64;

/** Changes that are read at once. */
const PAGE = 500;

/** Milliseconds after which the place is noted, if more may come. */
const SAVE_MS = 1000;

/** Publishes changes until it is disposed, or something ends it. */
export interface ChangeFeed extends AsyncDisposable {
  /** All changes up to it were acknowledged by the stream. */
  readonly cursor: string;
  /**
   * Resolves when the feed was disposed. Rejects with what has ended it: the
   * bus or the store was closed, or the log no longer reaches back.
   */
  readonly closed: Promise<void>;
}

/** The feed of a store. */
export class StoreFeed implements ChangeFeed {
  readonly #port: ChangeFeedPort;
  readonly #subscription: Disposable;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  /** All changes up to it are in the stream. */
  #cursor: string;
  /** What the file says about the cursor. */
  #saved: string;
  #saving: Timer | undefined;
  #news = Promise.withResolvers<void>();

  /** Goes on where the feed of that prefix has stopped, or at a cursor. */
  static async start(port: ChangeFeedPort, from: string): Promise<StoreFeed> {
    const { engine, prefix } = port;
    await engine.write({
      steps: [{
        kind: "run",
        statement: {
          sql:
            `CREATE TABLE IF NOT EXISTS "_feeds" ("prefix" TEXT PRIMARY KEY, "cursor" TEXT NOT NULL) STRICT`,
          values: [],
        },
      }],
    });
    const [row] = await engine.read({
      sql: `SELECT "cursor" FROM "_feeds" WHERE "prefix" = ?`,
      values: [prefix],
    });
    const cursor = row?.["cursor"];
    return new StoreFeed(port, typeof cursor === "string" ? cursor : from);
  }

  private constructor(port: ChangeFeedPort, cursor: string) {
    this.#port = port;
    this.#cursor = this.#saved = cursor;
    this.#subscription = port.engine.subscribe(() => this.#news.resolve());
    this.#running = this.#run();
    // Whoever does not look at `closed` has disposed it.
    this.#running.catch(() => {});
  }

  get cursor(): string {
    return this.#cursor;
  }

  get closed(): Promise<void> {
    return this.#running;
  }

  /** Stops it when what is under way is acknowledged; it can go on there. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#news.resolve();
    await this.#running.catch(() => {});
  }

  async #run(): Promise<void> {
    try {
      while (!this.#stop.signal.aborted) {
        this.#news = Promise.withResolvers();
        const { engine } = this.#port;
        const page = await engine.changesSince(this.#cursor, PAGE);
        for (const together of batchesOf(page.changes)) {
          if (this.#stop.signal.aborted) return;
          await this.#publish(together);
        }
        this.#cursor = page.cursor;
        this.#planSave();
        if (page.isAll) await this.#news.promise;
      }
    } finally {
      this.#subscription[Symbol.dispose]();
      this.#saving?.cancel();
      await this.#save().catch((error) => {
        // The place is that of the last time: some changes come twice.
        if (!(error instanceof StoreClosedError)) throw error;
      });
    }
  }

  /** Publishes changes of different records, until all are acknowledged. */
  async #publish(changes: readonly Change[]): Promise<void> {
    const backoff = resolveBackoff({ maxMs: 5000 });
    let rest = changes;
    for (let failures = 0; rest.length > 0; failures++) {
      if (failures > 0) await this.#wait(backoffDelayMs(backoff, failures));
      if (this.#stop.signal.aborted) return;
      const acks = await Promise.allSettled(
        rest.map((change) => this.#publishOne(change)),
      );
      rest = rest.filter((_, at) => acks[at]?.status === "rejected");
      for (const ack of acks) {
        if (ack.status === "rejected" && isFinal(ack.reason)) throw ack.reason;
      }
    }
    this.#cursor = changes.at(-1)?.cursor ?? this.#cursor;
  }

  async #publishOne(change: Change): Promise<void> {
    const { stream, prefix, recordOf } = this.#port;
    const { cursor, collection, id, kind, record, at } = change;
    await stream.publish(
      `${prefix}.${collection}.${id}`,
      {
        cursor,
        collection,
        id,
        kind,
        record: record === null ? null : recordOf(collection, record),
        at,
      },
      { id: `${prefix}/${cursor}` },
    );
  }

  /** Resolves after a time, or when it is stopped. */
  #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { signal } = this.#stop;
    const timer = this.#port.clock.schedule(ms, resolve);
    const stop = () => resolve();
    signal.addEventListener("abort", stop, { once: true });
    return promise.finally(() => {
      timer.cancel();
      signal.removeEventListener("abort", stop);
    });
  }

  /** Notes the place after a while: once for all that comes until then. */
  #planSave(): void {
    if (this.#saving !== undefined || this.#cursor === this.#saved) return;
    this.#saving = this.#port.clock.schedule(SAVE_MS, () => {
      this.#saving = undefined;
      // If it fails, what comes next notes it.
      this.#save().catch(() => {});
    });
  }

  /** Notes in the file how far it has come. */
  async #save(): Promise<void> {
    const cursor = this.#cursor;
    if (cursor === this.#saved) return;
    await this.#port.engine.write({
      steps: [{
        kind: "run",
        statement: {
          sql:
            `INSERT INTO "_feeds" ("prefix", "cursor") VALUES (?, ?) ON CONFLICT ("prefix") DO UPDATE SET "cursor" = excluded."cursor"`,
          values: [this.#port.prefix, cursor],
        },
      }],
    });
    this.#saved = cursor;
  }
}

/**
 * Cuts changes into batches that may be published in any order: no two of a
 * batch are of one record, so that those of a record keep their order even if
 * some are published again.
 */
function* batchesOf(
  changes: readonly Change[],
): Generator<readonly Change[], void, void> {
  let batch: Change[] = [];
  let records = new Set<string>();
  for (const change of changes) {
    const record = `${change.collection}/${change.id}`;
    if (batch.length === MAX_UNDER_WAY || records.has(record)) {
      yield batch;
      batch = [];
      records = new Set();
    }
    batch.push(change);
    records.add(record);
  }
  if (batch.length > 0) yield batch;
}

/** Whether it is of no use to try again. */
function isFinal(error: unknown): boolean {
  return error instanceof BusClosedError ||
    error instanceof BusForbiddenError ||
    error instanceof StreamNotFoundError ||
    error instanceof TypeError || error instanceof ChangesLostError;
}
