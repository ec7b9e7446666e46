/**
 * What every pool of sockets keeps: for each key one socket or a few, each
 * opened for its first lease, counted by its leases, and retired when it can
 * take no more.
 *
 * @module
 */
import { type Clock, SharedResource } from "../actor/mod.ts";
import { ConnectError } from "./errors.ts";

/** Counters of a pool. */
export interface PoolCounters {
  /** Sockets that were dialled. */
  dials: number;
  /** Connections that found a socket, or one on its way. */
  reuses: number;
  /** Sockets that are open now. */
  sockets: number;
  /** Sockets that were lost. */
  evictions: number;
}

/** Options of {@linkcode PoolEntries}. */
export interface PoolEntriesOptions {
  /** The source of time. */
  readonly clock: Clock;
  /** Milliseconds from the last release of a socket to its close. */
  readonly lingerMs: number;
  /**
   * Sockets for each key: another one is opened while all are in use.
   * @default {1}
   */
  readonly socketsPerKey?: number;
}

/** How the sockets of a key are opened and closed. */
export interface SocketSource<T> {
  /** Starts to open a socket, with a {@linkcode PoolOpening}. */
  readonly open: (entry: PoolEntry<T>) => Promise<T>;
  /** Closes a socket that nobody holds any more. */
  readonly close: (socket: T, entry: PoolEntry<T>) => void;
}

/** One socket of a pool, as its users see it: it may be replaced. */
export interface PoolEntry<T> {
  /** What the socket leads to. */
  readonly key: string;
  /** The socket, counted by its leases. */
  readonly resource: SharedResource<T>;
  /** The last opening; what becomes of an earlier one does not matter. */
  opening: PoolOpening<T> | undefined;
}

/** The sockets of a pool. */
export class PoolEntries<T> {
  /** Counters of the pool; the leases are counted by the sockets. */
  readonly counters: PoolCounters = {
    dials: 0,
    reuses: 0,
    sockets: 0,
    evictions: 0,
  };
  readonly #options: PoolEntriesOptions;
  readonly #byKey = new Map<string, Set<PoolEntry<T>>>();

  /** Creates a pool without sockets. */
  constructor(options: PoolEntriesOptions) {
    this.#options = options;
  }

  /** Leases that are held now, or waited for. */
  get leases(): number {
    let leases = 0;
    for (const { resource } of this) leases += resource.leases;
    return leases;
  }

  /** All entries that were not retired. */
  *[Symbol.iterator](): Generator<PoolEntry<T>> {
    for (const entries of this.#byKey.values()) yield* entries;
  }

  /**
   * Returns the entry for the next lease: the one with the fewest, or a new
   * one while all are in use and there may be more.
   */
  entryFor(key: string, source: SocketSource<T>): PoolEntry<T> {
    let least: PoolEntry<T> | undefined;
    const entries = this.#byKey.get(key);
    for (const entry of entries ?? []) {
      const fewest = least?.resource.leases ?? Infinity;
      if (entry.resource.leases < fewest) least = entry;
    }
    const { clock, lingerMs, socketsPerKey = 1 } = this.#options;
    const isFull = (entries?.size ?? 0) >= socketsPerKey;
    if (least && (isFull || least.resource.leases === 0)) return least;
    const entry: PoolEntry<T> = {
      key,
      opening: undefined,
      resource: new SharedResource<T>({
        clock,
        lingerMs,
        open: () => source.open(entry),
        close: (socket) => source.close(socket, entry),
      }),
    };
    if (entries === undefined) this.#byKey.set(key, new Set([entry]));
    else entries.add(entry);
    return entry;
  }

  /** Gives an entry to nobody else; leases on it count no more. */
  retire(entry: PoolEntry<T>): void {
    const entries = this.#byKey.get(entry.key);
    if (!entries?.delete(entry)) return;
    if (entries.size === 0) this.#byKey.delete(entry.key);
    entry.resource.evict();
  }
}

/** The opening of a socket, and what becomes of the socket then. */
export class PoolOpening<T> {
  /** Whether there was a socket. */
  isReady = false;
  readonly #entries: PoolEntries<T>;
  readonly #entry: PoolEntry<T>;
  readonly #opened: PromiseWithResolvers<T> = Promise.withResolvers();

  /** Creates the opening that an entry has from now on. */
  constructor(entries: PoolEntries<T>, entry: PoolEntry<T>) {
    this.#entries = entries;
    this.#entry = entry;
    entry.opening = this;
  }

  /** Resolves with the socket, or rejects with why there is none. */
  get opened(): Promise<T> {
    return this.#opened.promise;
  }

  /** The socket is there. */
  ready(socket: T): void {
    this.isReady = true;
    this.#entries.counters.sockets++;
    this.#opened.resolve(socket);
  }

  /** The socket cannot go on, though somebody may hold it. */
  lost(): void {
    if (this.isReady) this.#entries.counters.evictions++;
  }

  /** The socket takes no more connections. */
  retire(): void {
    // Or the entry has another socket by now.
    if (this.#entry.opening === this) this.#entries.retire(this.#entry);
  }

  /** No socket came, or it has ended. */
  failed(cause: unknown): void {
    this.retire();
    this.#opened.reject(cause);
  }

  /** The actor that owns the socket has stopped. */
  stopped(): void {
    if (this.isReady) this.#entries.counters.sockets--;
    this.failed(new ConnectError("The pool was closed"));
  }
}
