/**
 * A bus and NATS by the same few calls, for members of one layout of processes:
 * a server, one who publishes, and those who subscribe.
 *
 * @module
 */

import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  type BusStream,
  connectBus,
  type MessageBus,
  type Subject,
  subject as subjectOf,
} from "../../src/bus/mod.ts";
import { raw } from "../../src/codec/mod.ts";
import { ConnectionPool } from "../../src/tcp/mod.ts";

/** Whose bus it is. */
export type BusKind = "troupe" | "nats";

/** When a message for a stream is acknowledged. */
export type Kept = "synced" | "written";

/** The stream of the benchmarks keeps these. */
export const KEPT_SUBJECT = "kept.a";

/** One client. */
export interface BenchBus extends AsyncDisposable {
  /** Publishes; what it returns is to be waited for now and then. */
  publish(subject: string, bytes: Uint8Array): void;
  /** Resolves when the server has taken what was published. */
  flush(): Promise<void>;
  /** Calls `handle` with each message; resolves when the server knows. */
  subscribe(
    subject: string,
    handle: (bytes: Uint8Array) => void,
  ): Promise<void>;
  /** Replies to each request with what it brings. */
  respond(subject: string): Promise<void>;
  /** Asks, and waits for the reply. */
  request(subject: string, bytes: Uint8Array): Promise<Uint8Array>;
  /** Opens the stream, anew. */
  openStream(kept: Kept): Promise<void>;
  /** Publishes for the stream, and waits until it is kept. */
  keep(bytes: Uint8Array): Promise<unknown>;
  /** Reads so many messages of the stream from its beginning. */
  replay(count: number): Promise<void>;
  /**
   * Reads so many by a consumer with a name, and acknowledges each without
   * waiting; resolves when the last is known.
   */
  consume(count: number): Promise<void>;
}

/** Connects a client to the server that listens on a port. */
export function connectBenchBus(
  kind: BusKind,
  port: number,
): Promise<BenchBus> {
  return kind === "nats" ? NatsBus.connect(port) : TroupeBus.connect(port);
}

class TroupeBus implements BenchBus {
  readonly #system: ActorSystem;
  readonly #bus: MessageBus;
  readonly #subjects = new Map<string, Subject<Uint8Array, Uint8Array>>();
  #stream: BusStream | undefined;

  private constructor(system: ActorSystem, bus: MessageBus) {
    this.#system = system;
    this.#bus = bus;
  }

  static async connect(port: number): Promise<TroupeBus> {
    const system = new ActorSystem();
    const pool = new ConnectionPool(system);
    const bus = await connectBus(pool.peer({ port }));
    return new TroupeBus(system, bus);
  }

  publish(subject: string, bytes: Uint8Array): void {
    void this.#bus.publish(this.#subject(subject), bytes);
  }

  flush(): Promise<void> {
    return this.#bus.flush();
  }

  async subscribe(
    subject: string,
    handle: (bytes: Uint8Array) => void,
  ): Promise<void> {
    const subscription = this.#bus.subscribe(this.#subject(subject), {
      handler: ({ value }) => handle(value),
      // Nothing may be dropped: the publisher waits, as that of NATS does for
      // its flush.
      overflow: "wait",
    });
    await subscription.ready;
  }

  async respond(subject: string): Promise<void> {
    const subscription = this.#bus.subscribe(this.#subject(subject), {
      handler: (message) => void message.respond(message.value),
    });
    await subscription.ready;
  }

  request(subject: string, bytes: Uint8Array): Promise<Uint8Array> {
    return this.#bus.request(this.#subject(subject), bytes);
  }

  async openStream(durability: Kept): Promise<void> {
    const options = { subjects: ["kept.*"], durability };
    const before = await this.#bus.stream("kept", options);
    await before.delete();
    this.#stream = await this.#bus.stream("kept", options);
  }

  keep(bytes: Uint8Array): Promise<unknown> {
    const subject = this.#subject(KEPT_SUBJECT);
    return (this.#stream as BusStream).publish(subject, bytes);
  }

  async replay(count: number): Promise<void> {
    await using consumer = await (this.#stream as BusStream).consume(
      this.#subject("kept.*"),
      { maxPendingAcks: Infinity, ackWaitMs: 600_000 },
    );
    for (let left = count; left > 0; left--) {
      if (await consumer.receive() === undefined) throw new Error("It ended");
    }
  }

  async consume(count: number): Promise<void> {
    const name = crypto.randomUUID();
    const stream = this.#stream as BusStream;
    const consumer = await stream.consume(this.#subject("kept.*"), { name });
    let left = count;
    for await (const message of consumer) {
      const acknowledged = message.ack();
      if (--left > 0) continue;
      await acknowledged;
      break;
    }
    await stream.deleteConsumer(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bus.close();
    await this.#system.shutdown();
  }

  #subject(text: string): Subject<Uint8Array, Uint8Array> {
    let subject = this.#subjects.get(text);
    if (subject === undefined) {
      subject = subjectOf(text, raw, raw);
      this.#subjects.set(text, subject);
    }
    return subject;
  }
}

class NatsBus implements BenchBus {
  readonly #connection: NatsConnection;

  private constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  static async connect(port: number): Promise<NatsBus> {
    return new NatsBus(await connect({ port }));
  }

  publish(subject: string, bytes: Uint8Array): void {
    this.#connection.publish(subject, bytes);
  }

  flush(): Promise<void> {
    return this.#connection.flush();
  }

  async subscribe(
    subject: string,
    handle: (bytes: Uint8Array) => void,
  ): Promise<void> {
    this.#connection.subscribe(subject, {
      callback(error, message) {
        if (error !== null) throw error;
        handle(message.data);
      },
    });
    await this.#connection.flush();
  }

  async respond(subject: string): Promise<void> {
    this.#connection.subscribe(subject, {
      callback(error, message) {
        if (error !== null) throw error;
        message.respond(message.data);
      },
    });
    await this.#connection.flush();
  }

  async request(subject: string, bytes: Uint8Array): Promise<Uint8Array> {
    return (await this.#connection.request(subject, bytes)).data;
  }

  async openStream(_kept: Kept): Promise<void> {
    // How it is kept is for the configuration of the server.
    const manager = await jetstreamManager(this.#connection);
    await manager.streams.delete("kept").catch(() => {});
    await manager.streams.add({ name: "kept", subjects: ["kept.*"] });
  }

  keep(bytes: Uint8Array): Promise<unknown> {
    return jetstream(this.#connection).publish(KEPT_SUBJECT, bytes);
  }

  async replay(count: number): Promise<void> {
    const consumer = await jetstream(this.#connection).consumers.get("kept");
    const messages = await consumer.consume();
    let left = count;
    for await (const _ of messages) if (--left === 0) break;
    await messages.close();
  }

  async consume(count: number): Promise<void> {
    const name = crypto.randomUUID();
    const manager = await jetstreamManager(this.#connection);
    await manager.consumers.add("kept", {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
    });
    const consumer = await jetstream(this.#connection)
      .consumers.get("kept", name);
    const messages = await consumer.consume();
    let left = count;
    for await (const message of messages) {
      if (--left > 0) message.ack();
      else {
        await message.ackAck();
        break;
      }
    }
    await messages.close();
    await manager.consumers.delete("kept", name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }
}
