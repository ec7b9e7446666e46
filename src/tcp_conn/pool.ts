/**
 * The dialling side: connections to the same address share one socket, which
 * is dialled once, counted by leases, and closed when it is not needed.
 *
 * @module
 */
import type { ActorRef, ActorSystem } from "../actor/mod.ts";
import { spawnNamed } from "../actor/internal.ts";
import {
  checkMethods,
  checkObject,
  checkOptionNames,
  checkPeerAddress,
  checkString,
} from "../checks/internal.ts";
import {
  askForConnection,
  checkConnectSignals,
  PoolEntries,
} from "../session/internal.ts";
import type { Address } from "../session/mod.ts";

import type { TcpConnConnection } from "./connection.ts";
import {
  poolActor,
  type PooledSocket,
  type PoolMessage,
} from "./pool_actor.ts";
import {
  CONNECT_OPTIONS,
  resolvePoolOptions,
  type TcpConnConnectOptions,
  type TcpConnPoolOptions,
  type TcpConnPoolStats,
} from "./pool_options.ts";
import { normalizeId } from "./protocol.ts";

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
  readonly #entries: PoolEntries<PooledSocket>;
  readonly #dropped = { droppedBytes: 0 };

  /**
   * Creates a pool that is an actor of `system`, and ends with it.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} for an option that is not a number.
   * @throws {RangeError} for an option that is out of its range.
   */
  constructor(system: ActorSystem, options: TcpConnPoolOptions = {}) {
    checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
    const { limits, dialMs, lingerMs } = resolvePoolOptions(options);
    const entries = this.#entries = new PoolEntries({
      clock: system.clock,
      lingerMs,
    });
    const counter = this.#dropped;
    this.#ref = spawnNamed(
      system,
      "connection pool",
      poolActor({ entries, limits, counter, dialMs }),
      { mailbox: { maxMessages: Infinity } },
    );
  }

  /**
   * Takes an id on the socket to `address` into use, and dials only if there
   * is no socket yet. Closing the connection gives the lease back.
   *
   * @param options May be left out; each option has its default.
   * @throws {ConnectError} as a rejection, when nobody listens there, the id is
   * in use on the socket, or the pool is closed.
   * @throws {RangeError} as a rejection, for an id that is not a UUID, or a
   * port that is out of its range.
   * @throws {TypeError} as a rejection, for an address or an option of the wrong
   * type.
   */
  async connect(
    address: Address,
    options: TcpConnConnectOptions = {},
  ): Promise<TcpConnConnection> {
    checkObject("the address", address, "{ hostname, port }");
    checkPeerAddress(address);
    checkOptionNames("connect()", options, CONNECT_OPTIONS);
    checkConnectSignals(options);
    if (options.id !== undefined) checkString("id", options.id);
    const id = normalizeId(options.id ?? crypto.randomUUID());
    if (id === undefined) {
      throw new RangeError(
        `Cannot use id: it is ${options.id}, it must be a UUID`,
      );
    }
    return await askForConnection<PoolMessage, TcpConnConnection>(
      this.#ref,
      options,
      (replyTo) => ({
        type: "connect",
        address,
        options: { ...options, id },
        replyTo,
      }),
    );
  }

  /** Returns the counters of this pool. */
  stats(): TcpConnPoolStats {
    const { counters, leases } = this.#entries;
    return { ...counters, ...this.#dropped, leases };
  }

  /** Closes the pool and all its sockets. */
  async close(): Promise<void> {
    this.#ref.stop();
    await this.#ref.stopped;
  }

  /** Closes the pool, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
