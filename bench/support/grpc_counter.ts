/**
 * A counter in another process by gRPC: `read` is a unary call, `add` a message
 * of one long stream. The messages are Troupe's MessagePack, so that the two
 * differ in what carries them. Run as a program, it is the server.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import {
  Client,
  type ClientDuplexStream,
  credentials,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
} from "@grpc/grpc-js";
import { msgpack } from "../../mod.ts";
import { announce } from "./peer_process.ts";
import type { RemoteCounter } from "./remote_counter.ts";

const ADD = "/bench.Counter/Add";
const READ = "/bench.Counter/Read";
/** An add of this asks for the total. */
const SYNC = 0;

/** A message of either direction: how much to add, or the total. */
interface Amount {
  readonly by: number;
}

function parse(value: unknown): Amount {
  const by = Object(value).by;
  if (typeof by === "number") return { by };
  throw new TypeError("Cannot read an amount: it is none");
}

const codec = msgpack({ parse });

function toBuffer(amount: Amount): Buffer {
  const bytes = codec.encode(amount);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const fromBuffer = (buffer: Buffer): Amount => codec.decode(buffer);

/** The client of a counter that is served by gRPC. */
export class GrpcCounter implements RemoteCounter {
  readonly #client: Client;
  readonly #adding: ClientDuplexStream<Amount, Amount>;
  #total = Promise.withResolvers<number>();

  private constructor(port: number) {
    this.#client = new Client(
      `127.0.0.1:${port}`,
      credentials.createInsecure(),
    );
    this.#adding = this.#client.makeBidiStreamRequest(
      ADD,
      toBuffer,
      fromBuffer,
    );
    this.#adding.on("data", ({ by }: Amount) => this.#total.resolve(by));
    this.#adding.on("error", (error: Error) => this.#total.reject(error));
  }

  /** Connects to this file's server. */
  static connect(port: number): Promise<GrpcCounter> {
    return Promise.resolve(new GrpcCounter(port));
  }

  async addAll(count: number): Promise<number> {
    const adding = this.#adding;
    for (let i = 0; i < count; i++) {
      if (adding.write({ by: 1 })) continue;
      await new Promise((resolve) => adding.once("drain", resolve));
    }
    adding.write({ by: SYNC });
    const total = await this.#total.promise;
    this.#total = Promise.withResolvers();
    return total;
  }

  read(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        READ,
        toBuffer,
        fromBuffer,
        { by: SYNC },
        { deadline: Date.now() + 5000 },
        (error, reply) => {
          if (error !== null) reject(error);
          else resolve(reply?.by ?? NaN);
        },
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#adding.on("status", resolve));
    this.#adding.end();
    await ended;
    this.#client.close();
  }
}

let total = 0;

function add(call: ServerDuplexStream<Amount, Amount>): void {
  call.on("data", ({ by }: Amount) => {
    if (by === SYNC) call.write({ by: total });
    else total += by;
  });
  call.on("end", () => call.end());
}

function read(
  _call: ServerUnaryCall<Amount, Amount>,
  reply: sendUnaryData<Amount>,
): void {
  reply(null, { by: total });
}

function method(path: string, isStream: boolean) {
  return {
    path,
    requestStream: isStream,
    responseStream: isStream,
    requestSerialize: toBuffer,
    requestDeserialize: fromBuffer,
    responseSerialize: toBuffer,
    responseDeserialize: fromBuffer,
  };
}

if (import.meta.main) {
  const server = new Server();
  server.addService(
    { add: method(ADD, true), read: method(READ, false) },
    { add, read },
  );
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind("127.0.0.1:0", ServerCredentials.createInsecure());
  await announce(port ?? 0);
}
