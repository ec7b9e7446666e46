/**
 * gRPC as a peer of the TCP comparisons: one bidirectional stream, server in a
 * process of its own. Messages are bytes as they are, so that nothing is spent
 * on Protocol Buffers.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import {
  Client,
  type ClientDuplexStream,
  credentials,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
} from "@grpc/grpc-js";
import { announce } from "./peer_process.ts";
import type { Batch, EchoPeer, SinkPeer } from "./peers.ts";
import { takenOf, Tally } from "./tally.ts";

const ECHO = "/bench.Bytes/Echo";
const SINK = "/bench.Bytes/Sink";

/** The same memory, as what gRPC wants: no copy. */
const toBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const toBytes = (buffer: Buffer): Uint8Array => buffer;

class GrpcClient implements AsyncDisposable {
  readonly #client: Client;
  protected readonly call: ClientDuplexStream<Uint8Array, Uint8Array>;
  #answer: PromiseWithResolvers<Uint8Array> = Promise.withResolvers();

  constructor(port: number, path: string) {
    this.#client = new Client(
      `127.0.0.1:${port}`,
      credentials.createInsecure(),
    );
    this.call = this.#client.makeBidiStreamRequest(path, toBuffer, toBytes);
    this.call.on("data", (message: Uint8Array) => {
      this.#answer.resolve(message);
    });
    this.call.on("error", (error: Error) => this.#answer.reject(error));
  }

  /** The next message. */
  protected async next(): Promise<Uint8Array> {
    const answer = await this.#answer.promise;
    this.#answer = Promise.withResolvers();
    return answer;
  }

  /** Ends the call, and closes the connection when the server has as well. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.call.on("status", resolve));
    this.call.end();
    await ended;
    this.#client.close();
  }
}

/** An echo over a stream of gRPC. */
export class GrpcEcho extends GrpcClient implements EchoPeer {
  /** Connects to this file's server. */
  static connect(port: number): Promise<GrpcEcho> {
    return Promise.resolve(new GrpcEcho(port, ECHO));
  }

  roundTrip(payload: Uint8Array): Promise<Uint8Array> {
    this.call.write(payload);
    return this.next();
  }
}

/** A one-way flow over a stream of gRPC. */
export class GrpcSink extends GrpcClient implements SinkPeer {
  readonly batch: Batch;

  private constructor(port: number, batch: Batch) {
    super(port, SINK);
    this.batch = batch;
    // The first message says how many there are in a batch.
    this.call.write(new TextEncoder().encode(`${batch.messages}`));
  }

  /** Connects to this file's server, for batches of that shape. */
  static connect(port: number, batch: Batch): Promise<GrpcSink> {
    return Promise.resolve(new GrpcSink(port, batch));
  }

  send(payload: Uint8Array): Promise<void> | undefined {
    if (this.call.write(payload)) return undefined;
    return new Promise((resolve) => this.call.once("drain", resolve));
  }

  async settle(): Promise<number> {
    return takenOf(await this.next());
  }
}

type Call = ServerDuplexStream<Uint8Array, Uint8Array>;

function echo(call: Call): void {
  call.on("data", (message: Uint8Array) => call.write(message));
  call.on("end", () => call.end());
}

function sink(call: Call): void {
  let tally: Tally | undefined;
  call.on("data", (message: Uint8Array) => {
    if (tally === undefined) {
      tally = new Tally(Number(new TextDecoder().decode(message)));
      return;
    }
    const answer = tally.take(message);
    if (answer !== undefined) call.write(answer);
  });
  call.on("end", () => call.end());
}

function method(path: string) {
  return {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: toBuffer,
    requestDeserialize: toBytes,
    responseSerialize: toBuffer,
    responseDeserialize: toBytes,
  };
}

if (import.meta.main) {
  const server = new Server();
  server.addService(
    { echo: method(ECHO), sink: method(SINK) },
    { echo, sink },
  );
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind("127.0.0.1:0", ServerCredentials.createInsecure());
  await announce(port ?? 0);
}
