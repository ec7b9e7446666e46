/**
 * What the tests of tcp-conn share: both sides of ours, and a peer that speaks
 * by hand, well or badly, and knows none of our code.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/system.ts";
import type { Clock } from "../../src/actor/clock.ts";
import type { TcpConnConnection } from "../../src/tcp_conn/connection.ts";
import type { TcpConnServe } from "../../src/tcp_conn/connection.ts";
import type { TcpConnListenOptions } from "../../src/tcp_conn/listen_options.ts";
import {
  listenTcpConn,
  type TcpConnListener,
} from "../../src/tcp_conn/listener.ts";
import { TcpConnPool } from "../../src/tcp_conn/pool.ts";
import type {
  TcpConnConnectOptions,
  TcpConnPoolOptions,
} from "../../src/tcp_conn/pool_options.ts";
import { Happenings } from "../support/happenings.ts";

/** A UUID that ends with `n`, below 2³². */
export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** All parts, one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** What a chunk says; its fields may lie. */
export interface RawChunk {
  readonly id: string;
  readonly totalBytes: number;
  readonly data: Uint8Array;
  /** By default the length of `data`. */
  readonly chunkBytes?: number;
}

/** A chunk's bytes, written without the encoder. */
export function chunk(
  { id, totalBytes, data, chunkBytes = data.length }: RawChunk,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + id.length + 8 + data.length);
  bytes[0] = id.length;
  new TextEncoder().encodeInto(id, bytes.subarray(1));
  const fields = new DataView(bytes.buffer, 1 + id.length);
  fields.setUint32(0, totalBytes);
  fields.setUint32(4, chunkBytes);
  bytes.set(data, 1 + id.length + 8);
  return bytes;
}

/** A message in one chunk. */
export function message(id: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return chunk({ id, totalBytes: data.length, data });
}

/** A socket to speak over by hand. */
export class RawPeer implements Disposable {
  readonly #socket: Deno.TcpConn;

  constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  static async dial(address: { port: number }): Promise<RawPeer> {
    return new RawPeer(await Deno.connect({ port: address.port }));
  }

  /** Sends all of `bytes`. */
  async say(...parts: readonly Uint8Array[]): Promise<void> {
    for (const bytes of parts) {
      for (let at = 0; at < bytes.length;) {
        at += await this.#socket.write(bytes.subarray(at));
      }
    }
  }

  /** The next chunk, or `undefined` when the socket has ended. */
  async hear(): Promise<RawChunk | undefined> {
    const head = await this.#read(45);
    if (head === undefined) return undefined;
    const fields = new DataView(head.buffer);
    return {
      id: new TextDecoder().decode(head.subarray(1, 37)),
      totalBytes: fields.getUint32(37),
      data: await this.#read(fields.getUint32(41)) ?? new Uint8Array(0),
    };
  }

  /** Waits until the other side has closed the socket, or broken it. */
  async ended(): Promise<void> {
    const buffer = new Uint8Array(4096);
    try {
      while (await this.#socket.read(buffer) !== null);
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
  }

  closeWrite(): Promise<void> {
    return this.#socket.closeWrite();
  }

  async #read(count: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const read = await this.#socket.read(bytes.subarray(at));
      if (read === null) return undefined;
      at += read;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** A listener that a test plays by hand. */
export class RawServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly address: { readonly port: number } = {
    port: this.#listener.addr.port,
  };

  async accept(): Promise<RawPeer> {
    return new RawPeer(await this.#listener.accept());
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

/** What a {@linkcode Net} is made of. */
export interface NetOptions {
  /** Serves the connections; without it, tests get them from `served`. */
  readonly serve?: TcpConnServe;
  readonly listen?: Partial<TcpConnListenOptions>;
  readonly pool?: TcpConnPoolOptions;
  readonly clock?: Clock;
}

/** A listener and a pool in one system, which ends with the test. */
export class Net implements AsyncDisposable {
  readonly system: ActorSystem;
  readonly listener: TcpConnListener;
  readonly pool: TcpConnPool;
  /** Connections that were accepted, when no `serve` is given. */
  readonly served: Happenings<TcpConnConnection> = new Happenings();
  /** What the listener says of peers that misbehave. */
  readonly peerErrors: Happenings<unknown> = new Happenings();
  /** What actors crashed with. */
  readonly failures: Happenings<unknown> = new Happenings();

  constructor({ serve, listen, pool, clock }: NetOptions = {}) {
    this.system = new ActorSystem(clock === undefined ? {} : { clock });
    this.system.events.subscribe((event) => {
      if (event.type === "failed") this.failures.push(event.cause);
    }, { handlesFailures: true });
    this.listener = listenTcpConn(this.system, {
      port: 0,
      serve: serve ?? ((connection) => {
        this.served.push(connection);
        return connection.closed;
      }),
      onPeerError: (error) => this.peerErrors.push(error),
      ...listen,
    });
    this.pool = new TcpConnPool(this.system, pool);
  }

  /** Takes an id into use on the socket to the listener. */
  connect(options?: TcpConnConnectOptions): Promise<TcpConnConnection> {
    return this.pool.connect(this.listener.address, options);
  }

  /** Both ends of a connection over which one empty message has gone. */
  async pair(
    options?: TcpConnConnectOptions,
  ): Promise<[TcpConnConnection, TcpConnConnection]> {
    const here = await this.connect(options);
    await here.send(new Uint8Array(0));
    const there = await this.served.next();
    await there.receive();
    return [here, there];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.system.shutdown();
  }
}

/** Sends every message back. */
export const echo: TcpConnServe = async (connection) => {
  for await (const message of connection) await connection.send(message);
};
