/**
 * The dialling half of Troupe's one-way flow, many messages a call.
 *
 * @module
 */

import {
  ActorSystem,
  ConnectionPool,
  type LogicalConnection,
} from "../../mod.ts";
import type { Batch, SinkPeer } from "./peers.ts";
import { encodeHello } from "./raw_wire.ts";
import { takenOf } from "./tally.ts";

/** Messages of one `sendAll`. */
const MESSAGES_PER_CALL = 512;

/** Messages one way over a logical connection, sent with `sendAll`. */
export class TroupeBatchSink implements SinkPeer {
  readonly #system: ActorSystem;
  readonly #connection: LogicalConnection;
  readonly #messages: Uint8Array[] = [];

  /** The batch that the server counts. */
  readonly batch: Batch;

  private constructor(
    system: ActorSystem,
    connection: LogicalConnection,
    batch: Batch,
  ) {
    this.#system = system;
    this.#connection = connection;
    this.batch = batch;
  }

  /** Connects to `troupe_server.ts`, for batches of that shape. */
  static async connect(port: number, batch: Batch): Promise<TroupeBatchSink> {
    const system = new ActorSystem();
    const metadata = encodeHello({ mode: "sink", ...batch });
    const pool = new ConnectionPool(system);
    const connection = await pool.connect({ port }, { metadata });
    return new TroupeBatchSink(system, connection, batch);
  }

  /** Gathers messages, and sends them when there are enough. */
  send(payload: Uint8Array): Promise<void> | undefined {
    this.#messages.push(payload);
    if (this.#messages.length < MESSAGES_PER_CALL) return undefined;
    return this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#connection.sendAll(this.#messages);
    this.#messages.length = 0;
  }

  /** Sends what is left, and waits for the server's count. */
  async settle(): Promise<number> {
    if (this.#messages.length > 0) await this.#flush();
    const answer = await this.#connection.receive();
    if (answer === undefined) throw new Error("Cannot measure: no count came");
    return takenOf(answer);
  }

  /** Ends the system, and the connection with it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#system.shutdown();
  }
}
