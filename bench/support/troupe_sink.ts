/**
 * The dialling half of Troupe's one-way flow.
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

/**
 * Bytes that are sent before the sender waits for what it has sent: sends are
 * taken in order, so that it waits for the last one only. Of 32 KiB to 2 MiB
 * the fastest for messages of 1 KB.
 */
const PIPELINE_BYTES = 512 * 1024;

/** Messages one way over a logical connection, pipelined. */
export class TroupeSink implements SinkPeer {
  readonly #system: ActorSystem;
  readonly #connection: LogicalConnection;
  #unawaited = 0;

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
  static async connect(port: number, batch: Batch): Promise<TroupeSink> {
    const system = new ActorSystem();
    const metadata = encodeHello({ mode: "sink", ...batch });
    const pool = new ConnectionPool(system);
    const connection = await pool.connect({ port }, { metadata });
    return new TroupeSink(system, connection, batch);
  }

  /** Sends, and asks to wait whenever enough is on its way. */
  send(payload: Uint8Array): Promise<void> | undefined {
    const sent = this.#connection.send(payload);
    this.#unawaited += payload.length;
    if (this.#unawaited < PIPELINE_BYTES) return undefined;
    this.#unawaited = 0;
    return sent;
  }

  /** Waits for the server's count, which comes after everything was sent. */
  async settle(): Promise<number> {
    const answer = await this.#connection.receive();
    if (answer === undefined) throw new Error("Cannot measure: no count came");
    return takenOf(answer);
  }

  /** Ends the system, and the connection with it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#system.shutdown();
  }
}
