/**
 * The connection pool: logical connections to the same address share one
 * socket, which is dialled once, counted by leases, and closed when nobody
 * has needed it for a while.
 *
 * @module
 */
import { resolveBackoff, spawnNamed } from "../actor/internal.ts";
import type { ActorRef, ActorSystem } from "../actor/mod.ts";
import { checkMethods } from "../checks/internal.ts";
import type {
  Address,
  ConnectOptions,
  Connector,
  LogicalConnection,
  SessionSnapshot,
} from "../session/mod.ts";
import {
  askForConnection,
  LiveSessions,
  poolActor,
  type PooledSession,
  PoolEntries,
  type PoolMessage,
} from "../session/internal.ts";
import { dialPeer } from "./dial_peer.ts";
import {
  checkConnect,
  type PoolOptions,
  type PoolStats,
  resolvePoolOptions,
} from "./pool_options.ts";

/**
 * Connects to listeners, with one socket for each address unless more are
 * asked for.
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
  readonly #entries: PoolEntries<PooledSession>;
  readonly #live = new LiveSessions();

  /**
   * Creates a pool that is an actor of `system`, and ends with it.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} for an option of the wrong type.
   * @throws {RangeError} for an option that is out of its range.
   */
  constructor(system: ActorSystem, options: PoolOptions = {}) {
    checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
    const settings = resolvePoolOptions(options);
    const { lingerMs, socketsPerPeer } = settings;
    this.#entries = new PoolEntries({
      clock: system.clock,
      lingerMs,
      socketsPerKey: socketsPerPeer,
    });
    this.#ref = spawnNamed(
      system,
      "connection pool",
      poolActor(this.#entries, {
        ...settings,
        backoff: resolveBackoff(options.backoff),
        onState: options.onState,
        live: this.#live,
        dial: (address, signal) => dialPeer(settings, address, signal),
      }),
      { mailbox: { maxMessages: Infinity } },
    );
  }

  /**
   * Opens a logical connection to a listener at `address`; waits while the
   * listener allows no more of them. While a session with it is `resuming`,
   * up to `resumeMs`, it resolves at once, and what is sent waits for a
   * socket: see the connection's `accepted` and `phase`.
   *
   * @param options May be left out; each option has its default.
   * @throws {ConnectError} as a rejection, when nobody listens there, the peer
   * does not speak Troupe's protocol, or the pool is closed.
   * @throws {HandshakeTimeoutError} as a rejection, when the peer says nothing.
   * @throws {SessionLostError} as a rejection, when the peer refuses.
   * @throws {RangeError} as a rejection, for a port, id or metadata over the
   * limits.
   * @throws {TypeError} as a rejection, for an address or an option of the
   * wrong type.
   */
  async connect(
    address: Address,
    options: ConnectOptions = {},
  ): Promise<LogicalConnection> {
    checkConnect(address, options);
    return await askForConnection<PoolMessage, LogicalConnection>(
      this.#ref,
      options,
      (replyTo) => ({ type: "connect", address, options, replyTo }),
    );
  }

  /**
   * Returns what opens logical connections to `address`, for whoever needs them
   * there and nowhere else.
   *
   * @throws {TypeError} for an address of the wrong type.
   * @throws {RangeError} for a port that is out of its range.
   */
  peer(address: Address): Connector {
    checkConnect(address, {});
    return { connect: (options) => this.connect(address, options) };
  }

  /** Returns the counters of this pool. */
  stats(): PoolStats {
    const { counters, leases } = this.#entries;
    return { ...counters, leases };
  }

  /**
   * Returns the sessions of this pool as they are now, each with its logical
   * connections and what they wait for.
   */
  inspect(): Iterable<SessionSnapshot> {
    return this.#live.inspect();
  }

  /**
   * Ends all connections and closes all sockets, once the other sides have
   * everything that was sent, or acknowledge nothing for `closeMs`.
   */
  async close(): Promise<void> {
    this.#ref.tell({ type: "close" });
    await this.#ref.stopped;
  }

  /** Closes the pool, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
