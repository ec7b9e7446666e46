/**
 * The dialling side: connections to the same address share one socket, which
 * is dialled once, counted by leases, and closed when nobody needs it.
 *
 * @module
 */
import {
  type ActorRef,
  ActorStoppedError,
  type ActorSystem,
  type Behavior,
  type LeaseHolder,
  type ReplyTo,
  SharedResource,
} from "../actor/mod.ts";
import { type Address, ConnectError } from "../session/mod.ts";
import { formatAddress } from "../session/internal.ts";
import { eitherSignal } from "../tcp/internal.ts";
import type { TcpConnConnection } from "./connection.ts";
import { dial } from "./dial.ts";
import { resolveTcpConnOptions, type TcpConnOptions } from "./options.ts";
import { peerActor, type PeerMessage, type PeerSocket } from "./peer.ts";
import { normalizeId } from "./protocol.ts";
import type { RoutedConnection } from "./routed_connection.ts";

/** Options of a {@linkcode TcpConnPool}. */
export interface TcpConnPoolOptions extends TcpConnOptions {
  /**
   * Milliseconds that a dial may take.
   * @default {10000}
   */
  readonly dialMs?: number;
  /**
   * Milliseconds that a socket stays open after its last connection. A Go
   * service takes its ids into use when it accepts a socket and gives them up
   * when they are idle, so that an old socket may lead to nobody.
   * @default {0}
   */
  readonly lingerMs?: number;
}

/** Options of {@linkcode TcpConnPool.connect}. */
export interface TcpConnConnectOptions {
  /**
   * The UUID that both sides know the connection by. A Go service drops what
   * comes for an id that it has not taken into use.
   * @default {a random UUID}
   */
  readonly id?: string;
  /** Gives the attempt up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Who holds the connection, such as an actor's context: it is closed when
   * the holder's signal aborts.
   */
  readonly holder?: LeaseHolder;
}

/** What a pool has done and has. */
export interface TcpConnPoolStats {
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
  /** Bytes of messages that arrived and that nobody was there to read. */
  readonly droppedBytes: number;
}

/** One address of the pool. */
interface Entry {
  readonly resource: SharedResource<PooledSocket>;
  /** Who was dialled last. */
  peer: ActorRef<PeerMessage> | undefined;
}

/** A socket that is there, and how to end it. */
interface PooledSocket {
  readonly socket: PeerSocket;
  readonly peer: ActorRef<PeerMessage>;
}

type Outcome =
  | { readonly connection: TcpConnConnection }
  | { readonly error: unknown };

interface PoolMessage {
  readonly type: "connect";
  readonly address: Address;
  readonly options: TcpConnConnectOptions & { readonly id: string };
  readonly replyTo: ReplyTo<Outcome>;
}

/** Counters that outlive a restart of the pool's actor. */
interface Counters {
  dials: number;
  reuses: number;
  sockets: number;
  evictions: number;
  droppedBytes: number;
}

/**
 * Connects to peers that speak tcp-conn, with one socket for each address.
 *
 * See {@linkcode TcpConnConnection} for what that protocol cannot give. A
 * socket that ends takes its connections with it, with `SessionLostError`, and
 * the next connect dials anew.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { listenTcpConn, TcpConnPool } from "@troupe/troupe/tcp-conn";
 *
 * await using system = new ActorSystem();
 * await using listener = listenTcpConn(system, {
 *   port: 0,
 *   async serve(connection) {
 *     for await (const message of connection) await connection.send(message);
 *   },
 * });
 * await using pool = new TcpConnPool(system);
 * await using connection = await pool.connect(listener.address, {
 *   id: "00000000-0000-0000-0000-000000000001",
 * });
 * await connection.send(new TextEncoder().encode("hello"));
 * const echo = await connection.receive();
 * console.assert(new TextDecoder().decode(echo) === "hello");
 * ```
 */
export class TcpConnPool implements AsyncDisposable {
  readonly #ref: ActorRef<PoolMessage>;
  readonly #entries = new Map<string, Entry>();
  readonly #counters: Counters = {
    dials: 0,
    reuses: 0,
    sockets: 0,
    evictions: 0,
    droppedBytes: 0,
  };

  /**
   * A pool that is an actor of `system`, and ends with it.
   *
   * @throws {RangeError} on an option out of its range.
   */
  constructor(system: ActorSystem, options: TcpConnPoolOptions = {}) {
    this.#ref = system.spawn(
      poolActor(this.#entries, this.#counters, options),
      { mailbox: { maxMessages: Infinity } },
    );
  }

  /**
   * Takes an id on the socket to `address` into use, dialling only if there is
   * no socket yet. Closing the connection gives the lease back.
   *
   * Rejects with {@linkcode ConnectError} when there is no one, or the id is
   * in use there, and with `RangeError` for an id that is no UUID.
   */
  async connect(
    address: Address,
    options: TcpConnConnectOptions = {},
  ): Promise<TcpConnConnection> {
    const id = normalizeId(options.id ?? crypto.randomUUID());
    if (id === undefined) {
      throw new RangeError(
        `Cannot connect: the id ${options.id} is no UUID, tcp-conn has no others`,
      );
    }
    const signal = eitherSignal(options.signal, options.holder?.signal);
    const outcome = await this.#ref.ask<Outcome>(
      (replyTo) => ({
        type: "connect",
        address,
        options: { ...options, id },
        replyTo,
      }),
      // The dial has a deadline of its own.
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
  stats(): TcpConnPoolStats {
    let leases = 0;
    for (const { resource } of this.#entries.values()) {
      leases += resource.leases;
    }
    return { ...this.#counters, leases };
  }

  /** Closes all sockets. */
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
  options: TcpConnPoolOptions,
): Behavior<PoolMessage> {
  const limits = resolveTcpConnOptions(options);
  const { dialMs = 10_000, lingerMs = 0 } = options;
  if (!(dialMs >= 1)) {
    throw new RangeError(
      `Cannot make a pool: dialMs is ${dialMs}, it must be at least 1`,
    );
  }
  if (!(lingerMs >= 0)) {
    throw new RangeError(
      `Cannot make a pool: lingerMs is ${lingerMs}, it must be 0 or more`,
    );
  }
  return (context) => {
    const { clock } = context.system;

    function entryOf(address: Address): Entry {
      const key = formatAddress(address);
      const known = entries.get(key);
      if (known !== undefined) return known;
      const entry: Entry = {
        resource: new SharedResource({
          clock,
          lingerMs,
          open: () => open(address, entry),
          close({ peer }) {
            // Whoever comes while it closes needs another socket.
            if (entry.peer === peer) entries.delete(key);
            peer.stop();
          },
        }),
        peer: undefined,
      };
      entries.set(key, entry);
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
      if (entries.get(key) === entry) entries.delete(key);
    }

    function open(address: Address, entry: Entry): Promise<PooledSocket> {
      const opened = Promise.withResolvers<PooledSocket>();
      const gone = (): void => evict(formatAddress(address), entry, peer);
      const { hostname = "127.0.0.1", port } = address;
      let ready = false;
      counters.dials++;
      const peer = entry.peer = context.spawn(
        peerActor({
          connect: (signal) => dial(address, { signal, dialMs, clock }),
          remote: { hostname, port },
          limits,
          counter: counters,
          onReady(socket) {
            ready = true;
            counters.sockets++;
            opened.resolve({ socket, peer });
          },
          onEnd(cause) {
            if (ready) counters.evictions++;
            gone();
            opened.reject(cause);
          },
        }),
        { mailbox: { maxMessages: Infinity } },
      );
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

async function connectOver(
  resource: SharedResource<PooledSocket>,
  { id, holder, signal }: PoolMessage["options"],
): Promise<TcpConnConnection> {
  const lease = await resource.acquire();
  let connection: RoutedConnection;
  try {
    signal?.throwIfAborted();
    holder?.signal.throwIfAborted();
    connection = lease.value.socket.open(id);
  } catch (error) {
    lease.release();
    throw error;
  }
  const close = (): void => void connection.close();
  holder?.signal.addEventListener("abort", close, { once: true });
  connection.onRelease = () => {
    holder?.signal.removeEventListener("abort", close);
    lease.release();
  };
  return connection;
}
