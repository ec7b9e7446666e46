/**
 * The connection pool: logical connections to the same address share one
 * socket, which is dialled once, counted by leases, and closed when nobody
 * has needed it for a while.
 *
 * @module
 */
import {
  type ActorRef,
  ActorStoppedError,
  type ActorSystem,
  type Behavior,
  type Lease,
  type ReplyTo,
  SharedResource,
} from "../actor/mod.ts";
import { resolveBackoff } from "../actor/internal.ts";
import { explainFailure } from "./connect_failure.ts";
import {
  type Address,
  ConnectError,
  type LogicalConnection,
  SessionLostError,
} from "../session/mod.ts";
import {
  dialSession,
  formatAddress,
  peerActor,
  type PeerMessage,
  type PeerSession,
  type Stream,
} from "../session/internal.ts";
import { connectTcp } from "./dial.ts";
import { eitherSignal } from "./either_signal.ts";
import { connectTls } from "./tls.ts";
import {
  checkConnect,
  type ConnectOptions,
  type PoolOptions,
  type PoolSettings,
  type PoolStats,
  PRIORITIES,
  resolvePoolOptions,
} from "./pool_options.ts";

/** A session that is ready, and how to end it. */
interface PooledSession {
  readonly session: PeerSession;
  readonly peer: ActorRef<PeerMessage>;
}

/** One socket of the pool, as its users see it: it may be replaced. */
interface Entry {
  readonly key: string;
  readonly resource: SharedResource<PooledSession>;
  /** Keeps the session that the resource has now, or opens. */
  peer: ActorRef<PeerMessage> | undefined;
  /** Whether that session has begun. */
  isReady: boolean;
}

type Outcome =
  | { readonly connection: LogicalConnection }
  | { readonly error: unknown };

type PoolMessage =
  | {
    readonly type: "connect";
    readonly address: Address;
    readonly options: ConnectOptions;
    readonly replyTo: ReplyTo<Outcome>;
  }
  | { readonly type: "close" }
  | { readonly type: "peer_gone"; readonly peer: ActorRef<PeerMessage> };

/** No server keeps this side away for longer, by mistake or by malice. */
const MAX_AVOID_MS = 3_600_000;

/** Counters that outlive a restart of the pool's actor. */
interface Counters {
  dials: number;
  reuses: number;
  sockets: number;
  evictions: number;
}

/**
 * Connects to listeners, with one socket for each address unless it is asked
 * for more.
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
  readonly #entries = new Set<Entry>();
  readonly #counters: Counters = {
    dials: 0,
    reuses: 0,
    sockets: 0,
    evictions: 0,
  };

  /**
   * A pool that is an actor of `system`, and ends with it.
   *
   * @throws {TypeError | RangeError} for an option of no use.
   */
  constructor(system: ActorSystem, options: PoolOptions = {}) {
    const settings = resolvePoolOptions(options);
    this.#ref = system.spawn(
      poolActor(this.#entries, this.#counters, settings),
      { mailbox: { maxMessages: Infinity } },
    );
  }

  /**
   * Opens a logical connection to a listener at `address`; waits while the
   * listener allows no more of them. While a session with it is `resuming`,
   * up to `resumeMs`, it resolves at once, and what is sent waits for a
   * socket: see the connection's `accepted` and `phase`.
   *
   * @throws {ConnectError} when nobody listens there, or no Troupe peer, or
   * the pool is closed.
   * @throws {HandshakeTimeoutError} when whoever listens says nothing.
   * @throws {SessionLostError} when whoever listens refuses.
   * @throws {RangeError} for a port, id or metadata over the limits.
   * @throws {TypeError} for an address or an option of the wrong type.
   */
  async connect(
    address: Address,
    options: ConnectOptions = {},
  ): Promise<LogicalConnection> {
    checkConnect(address, options);
    const { signal: ours, holder } = options;
    ours?.throwIfAborted();
    holder?.signal.throwIfAborted();
    const signal = eitherSignal(ours, holder?.signal);
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
    for (const { resource } of this.#entries) leases += resource.leases;
    return { ...this.#counters, leases };
  }

  /**
   * Ends all connections and closes all sockets, once the other sides have
   * everything that was sent, or `closeMs` has passed.
   */
  async close(): Promise<void> {
    this.#ref.tell({ type: "close" });
    await this.#ref.stopped;
  }

  /** Closes; for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function poolActor(
  entries: Set<Entry>,
  counters: Counters,
  settings: PoolSettings,
): Behavior<PoolMessage> {
  const { options, session, lingerMs, socketsPerPeer } = settings;
  const backoff = resolveBackoff(options.backoff);
  return (context) => {
    const peers = new Set<ActorRef<PeerMessage>>();
    /** When an address may be dialled again, by the clock, if it said so. */
    const notBefore = new Map<string, number>();
    const { clock } = context.system;
    let closing = false;

    /** The socket for the next connection to an address. */
    function entryFor(address: Address): Entry {
      const key = formatAddress(address);
      const ofKey = [...entries].filter((entry) => entry.key === key);
      const [least] = ofKey.toSorted((a, b) =>
        a.resource.leases - b.resource.leases
      );
      const enough = ofKey.length >= socketsPerPeer;
      if (least && (enough || least.resource.leases === 0)) return least;
      const entry: Entry = {
        key,
        peer: undefined,
        isReady: false,
        resource: new SharedResource<PooledSession>({
          clock,
          lingerMs,
          open: () => open(address, entry),
          close: ({ peer }) => void peer.tell({ type: "close" }),
        }),
      };
      entries.add(entry);
      return entry;
    }

    /** Nobody else gets this one. */
    function retire(entry: Entry): void {
      if (entries.delete(entry)) entry.resource.evict();
    }

    function open(address: Address, entry: Entry): Promise<PooledSession> {
      const waitMs = (notBefore.get(entry.key) ?? 0) - clock.now();
      if (waitMs > 0) {
        return Promise.reject(
          new ConnectError(
            `Cannot connect to ${entry.key}: it asks to be left alone for another ${
              Math.ceil(waitMs)
            } ms`,
          ),
        );
      }
      notBefore.delete(entry.key);
      const opened = Promise.withResolvers<PooledSession>();
      let ready = false;
      const avoid = (retryAfterMs: number): void => {
        if (retryAfterMs <= 0) return;
        notBefore.set(
          entry.key,
          clock.now() + Math.min(retryAfterMs, MAX_AVOID_MS),
        );
      };
      const peer = context.spawn(peerActor({
        ...dialSession({
          address,
          limits: session,
          clock,
          credentials: settings.credentials,
          backoff,
          retryMs: settings.retryMs,
          connect(signal) {
            counters.dials++;
            return options.tls === undefined
              ? connectTcp(address, signal)
              : connectTls(address, options.tls, signal);
          },
        }),
        serve: undefined,
        onState(state) {
          if (ready && state.phase === "lost") counters.evictions++;
          options.onState?.(state);
        },
        onGoingAway(retryAfterMs) {
          avoid(retryAfterMs);
          if (entry.peer === peer) retire(entry);
        },
        onReady(session) {
          ready = entry.isReady = true;
          counters.sockets++;
          opened.resolve({ session, peer });
        },
        onEnd(cause) {
          if (cause instanceof SessionLostError) avoid(cause.retryAfterMs);
          // Or the entry has another session by now.
          if (entry.peer === peer) retire(entry);
          opened.reject(
            closing
              ? new ConnectError("The pool was closed")
              : explainFailure(cause, entry.key),
          );
        },
      }));
      entry.peer = peer;
      entry.isReady = false;
      peers.add(peer);
      context.watch(peer, () => ({ type: "peer_gone", peer }));
      peer.stopped.then(() => {
        if (ready) counters.sockets--;
        opened.reject(new ConnectError("The pool was closed"));
      });
      return opened.promise;
    }

    async function connect(
      address: Address,
      options: ConnectOptions,
    ): Promise<LogicalConnection> {
      while (true) {
        const entry = entryFor(address);
        const joins = entry.resource.isOpen;
        if (joins) counters.reuses++;
        const lease = await entry.resource.acquire().catch((error) => {
          // What there was is lost, which says nothing of the next one.
          if (entry.isReady) return undefined;
          throw error;
        });
        if (lease?.value.session.usable) return await openOver(lease, options);
        lease?.release();
        retire(entry);
        if (joins) continue;
        throw new ConnectError(
          `Cannot connect to ${entry.key}: it went away at once, try again later`,
        );
      }
    }

    return {
      receive(message) {
        switch (message.type) {
          case "connect": {
            const { address, options, replyTo } = message;
            if (closing) {
              const error = new ConnectError(
                "Cannot connect: the pool is closed",
              );
              return void replyTo.tell({ error });
            }
            connect(address, options).then(
              (connection) => {
                // Whoever asked has given up: close what nobody holds.
                if (!replyTo.tell({ connection })) connection.reset();
              },
              (error) => replyTo.tell({ error }),
            );
            return;
          }
          case "close":
            closing = true;
            for (const entry of entries) retire(entry);
            for (const peer of peers) peer.tell({ type: "close" });
            if (peers.size === 0) context.stop();
            return;
          case "peer_gone":
            peers.delete(message.peer);
            if (closing && peers.size === 0) context.stop();
            return;
          default:
            message satisfies never;
        }
      },
    };
  };
}

/** Opens a connection that gives the lease back when it ends. */
async function openOver(
  lease: Lease<PooledSession>,
  options: ConnectOptions,
): Promise<LogicalConnection> {
  const {
    id = crypto.randomUUID(),
    metadata = new Uint8Array(0),
    priority = "normal",
  } = options;
  const signal = options.holder?.signal;
  const givenUp = eitherSignal(options.signal, signal);
  let connection: Stream;
  try {
    // Do not trouble the peer for whoever has given up meanwhile.
    givenUp?.throwIfAborted();
    connection = await lease.value.session.open(
      { id, metadata, priority: PRIORITIES[priority] },
      givenUp,
    );
  } catch (error) {
    lease.release();
    throw error;
  }
  const close = (): void => void connection.close();
  signal?.addEventListener("abort", close, { once: true });
  connection.onRelease = () => {
    signal?.removeEventListener("abort", close);
    lease.release();
  };
  return connection;
}
