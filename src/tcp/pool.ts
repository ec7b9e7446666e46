/**
 * The connection pool: logical connections to the same address share one
 * socket, which is dialled once, counted by leases, and closed when nobody
 * has needed it for a while.
 *
 * @module
 */
import type { ActorContext, Behavior } from "../actor/behavior.ts";
import { ActorStoppedError } from "../actor/errors.ts";
import { type LeaseHolder, SharedResource } from "../actor/lease.ts";
import type { ActorRef, ReplyTo } from "../actor/ref.ts";
import type { ActorSystem } from "../actor/system.ts";
import { ConnectError } from "./errors.ts";
import type { LogicalConnection } from "./logical_connection.ts";
import {
  type Address,
  formatAddress,
  resolveSessionOptions,
  type SessionOptions,
} from "./options.ts";
import { peerActor, type PeerMessage, type PeerSession } from "./peer.ts";
import type { Stream } from "./stream.ts";
import { tcpTransport, type Transport } from "./transport.ts";

/** Options of a {@linkcode ConnectionPool}. */
export interface PoolOptions extends SessionOptions {
  /**
   * Milliseconds that a socket stays open after its last connection; it keeps
   * the process alive until then, unless the pool is closed.
   * @default {30000}
   */
  readonly lingerMs?: number;
}

/** Options of {@linkcode ConnectionPool.connect}. */
export interface ConnectOptions {
  /**
   * The name that both sides know the connection by; 1 to 255 bytes of UTF-8.
   * @default {a random UUID}
   */
  readonly id?: string;
  /** Told to the other side with the open; 4 KiB at most. */
  readonly metadata?: Uint8Array;
  /** Gives the attempt up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Who holds the connection, such as an actor's context: it is closed when
   * the holder's signal aborts.
   */
  readonly holder?: LeaseHolder;
}

/** What a pool has done and has. */
export interface PoolStats {
  /** Sockets that were dialled. */
  readonly dials: number;
  /** Connections that found a socket, or one on its way. */
  readonly reuses: number;
  /** Connections that are held now. */
  readonly leases: number;
  /** Sockets that are open now. */
  readonly sockets: number;
  /** Sockets that were lost. */
  readonly evictions: number;
}

/** One address of the pool. */
interface Entry {
  readonly resource: SharedResource<PooledSession>;
  /** Who was dialled last. */
  peer: ActorRef<PeerMessage> | undefined;
}

/** A session that is ready, and how to end it. */
interface PooledSession {
  readonly session: PeerSession;
  readonly peer: ActorRef<PeerMessage>;
}

type Outcome =
  | { readonly connection: LogicalConnection }
  | { readonly error: unknown };

interface PoolMessage {
  readonly type: "connect";
  readonly address: Address;
  readonly options: ConnectOptions;
  readonly replyTo: ReplyTo<Outcome>;
}

/** Counters that outlive a restart of the pool's actor. */
interface Counters {
  dials: number;
  reuses: number;
  sockets: number;
  evictions: number;
}

async function dial(
  address: Address,
  signal: AbortSignal,
): Promise<Transport> {
  try {
    const { hostname = "127.0.0.1", port } = address;
    return tcpTransport(await Deno.connect({ hostname, port, signal }));
  } catch (cause) {
    throw new ConnectError(
      `Cannot connect to ${formatAddress(address)}: ${
        cause instanceof Error ? cause.message : cause
      }`,
      { cause },
    );
  }
}

/**
 * Connects to listeners, with one socket for each address.
 *
 * @example
 * ```ts
 * import { ActorSystem, ConnectionPool, listen } from "@troupe/troupe";
 *
 * await using system = new ActorSystem();
 * await using listener = listen(system, {
 *   port: 0,
 *   async serve(connection) {
 *     for await (const message of connection) await connection.send(message);
 *   },
 * });
 * await using pool = new ConnectionPool(system);
 * await using connection = await pool.connect(listener.address);
 * await connection.send(new TextEncoder().encode("hello"));
 * const echo = await connection.receive();
 * console.assert(new TextDecoder().decode(echo) === "hello");
 * ```
 */
export class ConnectionPool implements AsyncDisposable {
  readonly #ref: ActorRef<PoolMessage>;
  readonly #entries = new Map<string, Entry>();
  readonly #counters: Counters = {
    dials: 0,
    reuses: 0,
    sockets: 0,
    evictions: 0,
  };

  /** A pool that is an actor of `system`, and ends with it. */
  constructor(system: ActorSystem, options: PoolOptions = {}) {
    this.#ref = system.spawn(
      poolActor(this.#entries, this.#counters, options),
      { mailbox: { maxMessages: Infinity } },
    );
  }

  /**
   * Opens a logical connection to `address`, dialling only if there is no
   * socket yet. It can be used at once; closing it gives the lease back.
   *
   * Rejects with {@linkcode ConnectError} when there is no one, with
   * `HandshakeTimeoutError` or `ProtocolError` when it is no Troupe listener,
   * and with `RangeError` for an id or metadata that is too long.
   */
  async connect(
    address: Address,
    options: ConnectOptions = {},
  ): Promise<LogicalConnection> {
    const signal = eitherOf(options.signal, options.holder?.signal);
    const outcome = await this.#ref.ask<Outcome>(
      (replyTo) => ({ type: "connect", address, options, replyTo }),
      // The handshake has a deadline of its own.
      { timeoutMs: Infinity, ...(signal === undefined ? {} : { signal }) },
    ).catch((error) => {
      throw error instanceof ActorStoppedError
        ? new ConnectError("Cannot connect: the pool is closed")
        : error;
    });
    if ("error" in outcome) throw outcome.error;
    return outcome.connection;
  }

  /** Counters of this pool. */
  stats(): PoolStats {
    let leases = 0;
    for (const { resource } of this.#entries.values()) {
      leases += resource.leases;
    }
    return { ...this.#counters, leases };
  }

  /** Closes all sockets, with a word to the other sides. */
  async close(): Promise<void> {
    this.#ref.stop();
    await this.#ref.stopped;
  }

  /** Closes; for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function poolActor(
  entries: Map<string, Entry>,
  counters: Counters,
  options: PoolOptions,
): Behavior<PoolMessage> {
  const session = resolveSessionOptions(options);
  const lingerMs = options.lingerMs ?? 30_000;
  if (!(lingerMs >= 0)) {
    throw new RangeError(
      `Cannot make a pool: lingerMs is ${lingerMs}, it must be 0 or more`,
    );
  }
  return (context) => {
    function entryOf(address: Address): Entry {
      const key = formatAddress(address);
      let entry = entries.get(key);
      if (entry === undefined) {
        const resource: SharedResource<PooledSession> = new SharedResource({
          clock: context.system.clock,
          lingerMs,
          open: () => open(context, address, created),
          close({ peer }) {
            peer.stop();
          },
        });
        const created: Entry = { resource, peer: undefined };
        entries.set(key, entry = created);
      }
      return entry;
    }

    /** Forgets a peer that is gone, unless another was dialled since. */
    function evict(
      key: string,
      entry: Entry,
      peer: ActorRef<PeerMessage>,
    ): void {
      if (entry.peer !== peer) return;
      entry.peer = undefined;
      entry.resource.evict();
      entries.delete(key);
    }

    function open(
      context: ActorContext<PoolMessage>,
      address: Address,
      entry: Entry,
    ): Promise<PooledSession> {
      const opened = Promise.withResolvers<PooledSession>();
      const gone = (): void => evict(formatAddress(address), entry, peer);
      let ready = false;
      counters.dials++;
      const peer = entry.peer = context.spawn(peerActor({
        side: "dialler",
        connect: (signal) => dial(address, signal),
        session,
        serve: undefined,
        onReady(session) {
          ready = true;
          counters.sockets++;
          opened.resolve({ session, peer });
        },
        onEnd(cause) {
          if (ready) counters.evictions++;
          gone();
          opened.reject(cause);
        },
      }));
      peer.stopped.then(() => {
        if (ready) counters.sockets--;
        opened.reject(new ConnectError("The pool was closed"));
        gone();
      });
      return opened.promise;
    }

    return {
      receive({ address, options, replyTo }) {
        const { resource } = entryOf(address);
        if (resource.isOpen) counters.reuses++;
        connectOver(resource, options).then(
          (connection) => {
            // Whoever asked has given up meanwhile: close what nobody holds.
            if (!replyTo.tell({ connection })) connection.reset();
          },
          (error) => replyTo.tell({ error }),
        );
      },
    };
  };
}

/** A signal that aborts when one of the two does. */
function eitherOf(
  one: AbortSignal | undefined,
  other: AbortSignal | undefined,
): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : one ?? other;
}

async function connectOver(
  resource: SharedResource<PooledSession>,
  options: ConnectOptions,
): Promise<LogicalConnection> {
  const { id = crypto.randomUUID(), metadata = new Uint8Array(0) } = options;
  const lease = await resource.acquire();
  let connection: Stream;
  try {
    // Do not trouble the peer for whoever has given up meanwhile.
    options.signal?.throwIfAborted();
    options.holder?.signal.throwIfAborted();
    connection = lease.value.session.open(id, metadata);
  } catch (error) {
    lease.release();
    throw error;
  }
  const signal = options.holder?.signal;
  const close = (): void => void connection.close();
  signal?.addEventListener("abort", close, { once: true });
  connection.onRelease = () => {
    signal?.removeEventListener("abort", close);
    lease.release();
  };
  return connection;
}
