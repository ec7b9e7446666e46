/**
 * The dialling halves of an echo and of a one-way flow whose messages are
 * transferred, each in a buffer that comes back and is used again.
 *
 * @module
 */

import {
  ActorSystem,
  ConnectionPool,
  type LogicalConnection,
} from "../../mod.ts";
import { BufferPool } from "./buffer_pool.ts";
import type { Batch, EchoPeer, SinkPeer } from "./peers.ts";
import { encodeHello } from "./raw_wire.ts";
import { takenOf } from "./tally.ts";

/** Sends messages of one content, each in a buffer of a pool. */
class Sender {
  readonly #connection: LogicalConnection;
  #payload: Uint8Array = new Uint8Array(0);
  #pool = new BufferPool(this.#payload);

  constructor(connection: LogicalConnection) {
    this.#connection = connection;
  }

  send(payload: Uint8Array): Promise<void> {
    if (payload !== this.#payload) {
      this.#payload = payload;
      this.#pool = new BufferPool(payload);
    }
    const pool = this.#pool;
    return this.#connection.send(pool.take(), {
      transfer: true,
      onReturn: pool.give,
    });
  }
}

/** An echo over a logical connection, whose messages are transferred. */
export class TroupeTransferEcho implements EchoPeer {
  readonly #system: ActorSystem;
  readonly #connection: LogicalConnection;
  readonly #sender: Sender;
  #reply = new Uint8Array(0);

  private constructor(system: ActorSystem, connection: LogicalConnection) {
    this.#system = system;
    this.#connection = connection;
    this.#sender = new Sender(connection);
  }

  /** Connects to `troupe_server.ts`. */
  static async connect(port: number): Promise<TroupeTransferEcho> {
    const system = new ActorSystem();
    const connection = await new ConnectionPool(system).connect({ port });
    return new TroupeTransferEcho(system, connection);
  }

  async roundTrip(payload: Uint8Array): Promise<Uint8Array> {
    const sent = this.#sender.send(payload);
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

/** Messages one way over a logical connection, which are transferred. */
export class TroupeTransferSink implements SinkPeer {
  readonly #system: ActorSystem;
  readonly #connection: LogicalConnection;
  readonly #sender: Sender;
  /** The send before the last, which is waited for. */
  #earlier: Promise<void> | undefined;

  /** The batch that the server counts. */
  readonly batch: Batch;

  private constructor(
    system: ActorSystem,
    connection: LogicalConnection,
    batch: Batch,
  ) {
    this.#system = system;
    this.#connection = connection;
    this.#sender = new Sender(connection);
    this.batch = batch;
  }

  /** Connects to `troupe_server.ts`, for batches of that shape. */
  static async connect(
    port: number,
    batch: Batch,
  ): Promise<TroupeTransferSink> {
    const system = new ActorSystem();
    const metadata = encodeHello({ mode: "sink", ...batch });
    const pool = new ConnectionPool(system);
    const connection = await pool.connect({ port }, { metadata });
    return new TroupeTransferSink(system, connection, batch);
  }

  /** Sends, and asks to wait for the message before. */
  send(payload: Uint8Array): Promise<void> | undefined {
    const earlier = this.#earlier;
    this.#earlier = this.#sender.send(payload);
    return earlier;
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
