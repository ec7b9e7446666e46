/**
 * The dialling half of Troupe's contestant: a logical connection from a pool.
 *
 * @module
 */

import {
  ActorSystem,
  ConnectionPool,
  type LogicalConnection,
} from "../../mod.ts";
import type { EchoPeer } from "./peers.ts";

/** An echo over a logical connection. */
export class TroupeEcho implements EchoPeer {
  readonly #system: ActorSystem;
  readonly #pool: ConnectionPool;
  readonly #port: number;
  readonly #connection: LogicalConnection;
  /** For every answer, as the raw baseline has it. */
  #reply = new Uint8Array(0);

  private constructor(
    system: ActorSystem,
    pool: ConnectionPool,
    port: number,
    connection: LogicalConnection,
  ) {
    this.#system = system;
    this.#pool = pool;
    this.#port = port;
    this.#connection = connection;
  }

  /** Connects to `troupe_server.ts`. */
  static async connect(port: number): Promise<TroupeEcho> {
    const system = new ActorSystem();
    const pool = new ConnectionPool(system);
    return new TroupeEcho(system, pool, port, await pool.connect({ port }));
  }

  /** Opens another connection over the same socket; either ends both. */
  async another(): Promise<TroupeEcho> {
    const connection = await this.#pool.connect({ port: this.#port });
    if (this.#pool.stats().dials !== 1) {
      throw new Error("Cannot measure: the pool has dialled again");
    }
    return new TroupeEcho(this.#system, this.#pool, this.#port, connection);
  }

  async roundTrip(payload: Uint8Array): Promise<Uint8Array> {
    // Not awaited before the read, which is pending when the answer comes.
    const sent = this.#connection.send(payload);
    if (this.#reply.length !== payload.length) {
      this.#reply = new Uint8Array(payload.length);
    }
    const echo = await this.#connection.receive({ into: this.#reply });
    await sent;
    if (echo === undefined) throw new Error("Cannot measure: the echo ended");
    return echo;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#system.shutdown();
  }
}
