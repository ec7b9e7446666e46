/**
 * NATS as a peer of the TCP comparisons, where `nats-server` is on the PATH.
 *
 * A round trip is a message that the server hands back to its publisher: as
 * many hops as ours has. A responder behind the server, as `request` needs, is
 * two hops more. One way, messages go through the server to a subscriber, which
 * runs in the process that started the server; they have one hop more than ours.
 *
 * @module
 */

import { connect, type NatsConnection } from "@nats-io/transport-node";
import { TextLineStream } from "@std/streams";
import { shareCore } from "./cores.ts";
import { announce } from "./peer_process.ts";
import type { Batch, EchoPeer, SinkPeer } from "./peers.ts";
import { takenOf, Tally } from "./tally.ts";

/** Bytes that are published before the client waits until the server has them. */
const PIPELINE_BYTES = 512 * 1024;

/** The subject of batches of so many messages. */
const subjectOf = (messages: number | "*") => `sink.${messages}`;

class NatsClient implements AsyncDisposable {
  protected readonly connection: NatsConnection;
  protected readonly inbox: string = crypto.randomUUID();
  #answer: PromiseWithResolvers<Uint8Array> = Promise.withResolvers();

  constructor(connection: NatsConnection) {
    this.connection = connection;
    connection.subscribe(this.inbox, {
      callback: (error, message) => {
        if (error === null) this.#answer.resolve(message.data);
        else this.#answer.reject(error);
      },
    });
  }

  /** The next message. */
  protected async next(): Promise<Uint8Array> {
    const answer = await this.#answer.promise;
    this.#answer = Promise.withResolvers();
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
  }
}

/** An echo by a NATS server. */
export class NatsEcho extends NatsClient implements EchoPeer {
  /** Connects to the server that this file's process has started. */
  static async connect(port: number): Promise<NatsEcho> {
    return new NatsEcho(await connect({ port }));
  }

  roundTrip(payload: Uint8Array): Promise<Uint8Array> {
    this.connection.publish(this.inbox, payload);
    return this.next();
  }
}

/** A one-way flow through a NATS server. */
export class NatsSink extends NatsClient implements SinkPeer {
  readonly batch: Batch;
  readonly #subject: string;
  #unawaited = 0;

  private constructor(connection: NatsConnection, batch: Batch) {
    super(connection);
    this.batch = batch;
    this.#subject = subjectOf(batch.messages);
  }

  /** Connects to the server that this file's process has started. */
  static async connect(port: number, batch: Batch): Promise<NatsSink> {
    return new NatsSink(await connect({ port }), batch);
  }

  send(payload: Uint8Array): Promise<void> | undefined {
    this.connection.publish(this.#subject, payload, { reply: this.inbox });
    this.#unawaited += payload.length;
    if (this.#unawaited < PIPELINE_BYTES) return undefined;
    this.#unawaited = 0;
    return this.connection.flush();
  }

  async settle(): Promise<number> {
    return takenOf(await this.next());
  }
}

/** The port in what the server logs when it starts. */
async function portOf(log: ReadableStream<Uint8Array>): Promise<number> {
  const lines = log.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines.values({ preventCancel: true })) {
    const port = line.match(/client connections on .*:(\d+)$/)?.[1];
    if (port === undefined) continue;
    // Whatever it says later must not fill the pipe.
    lines.pipeTo(new WritableStream()).catch(() => {});
    return Number(port);
  }
  throw new Error("Cannot start nats-server: it has ended");
}

async function serve(): Promise<never> {
  const server = new Deno.Command("nats-server", {
    args: ["--addr", "127.0.0.1", "--port", "-1"],
    // It has one core to run on.
    env: { GOMAXPROCS: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const port = await portOf(server.stderr);
  await shareCore(server.pid, "all");
  const connection = await connect({ port });
  let tally: Tally | undefined;
  connection.subscribe(subjectOf("*"), {
    callback(error, message) {
      if (error !== null) throw error;
      tally ??= new Tally(Number(message.subject.split(".")[1]));
      const answer = tally.take(message.data);
      if (answer !== undefined) message.respond(answer);
    },
  });
  await connection.flush();
  return await announce(port, () => {
    server.kill();
    return server.status;
  });
}

if (import.meta.main) await serve();
