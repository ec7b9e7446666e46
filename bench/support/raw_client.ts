/**
 * The dialling half of the raw baseline: `Deno.Conn` by hand, for a reader who
 * knows all sizes beforehand. Nothing is allocated for an operation, except the
 * view that `Deno.Conn` needs to go on after a partial read or write.
 *
 * @module
 */

import type { Batch, EchoPeer, SinkPeer } from "./peers.ts";
import {
  ANSWER_BYTES,
  encodeHello,
  type RawHello,
  readAll,
  writeAll,
} from "./raw_wire.ts";

/**
 * Bytes gathered before a write: of 16 KiB to 1 MiB the fastest for messages of
 * 1 KB, with the server's reads of 256 KiB. A second buffer, filled while the first is written, gains nothing: a
 * write that does not block is done before its promise is returned.
 */
const GATHER_BYTES = 128 * 1024;

/** An echo over a raw socket. */
export class RawEcho implements EchoPeer {
  readonly #conn: Deno.Conn;
  readonly #reply: Uint8Array;
  readonly #isRelayed: boolean;

  private constructor(conn: Deno.Conn, bytes: number, isRelayed: boolean) {
    this.#conn = conn;
    this.#reply = new Uint8Array(bytes);
    this.#isRelayed = isRelayed;
  }

  /** Connects to a raw server, for messages of `bytes` bytes. */
  static async connect(
    port: number,
    bytes: number,
    mode: "echo" | "relay" = "echo",
  ): Promise<RawEcho> {
    const hello = { mode, messageBytes: bytes, messages: 0 };
    return new RawEcho(await dial(port, hello), bytes, mode === "relay");
  }

  /** Writes the message, then reads its echo into a buffer that is reused. */
  async roundTrip(payload: Uint8Array): Promise<Uint8Array> {
    const writing = writeAll(this.#conn, payload);
    // A relay sends the first bytes back while the last are still to be
    // written, and would wait for ever on a client that does not read them.
    if (!this.#isRelayed) await writing;
    if (!await readAll(this.#conn, this.#reply)) {
      throw new Deno.errors.UnexpectedEof("no echo came");
    }
    await writing;
    return this.#reply;
  }

  /** Closes the socket. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#conn.close();
    return Promise.resolve();
  }
}

/** A one-way flow over a raw socket, small messages gathered by hand. */
export class RawSink implements SinkPeer {
  readonly #conn: Deno.Conn;
  readonly #buffer = new Uint8Array(GATHER_BYTES);
  readonly #answer = new Uint8Array(ANSWER_BYTES);
  #filled = 0;

  /** The batch that the server counts. */
  readonly batch: Batch;

  private constructor(conn: Deno.Conn, batch: Batch) {
    this.#conn = conn;
    this.batch = batch;
  }

  /** Connects to a raw server, for batches of that shape. */
  static async connect(port: number, batch: Batch): Promise<RawSink> {
    return new RawSink(await dial(port, { mode: "sink", ...batch }), batch);
  }

  /** Copies a small message into the buffer, and writes a large one itself. */
  send(payload: Uint8Array): Promise<void> | undefined {
    if (this.#filled + payload.length > GATHER_BYTES) {
      return this.#sendAfterFlush(payload);
    }
    this.#buffer.set(payload, this.#filled);
    this.#filled += payload.length;
    return undefined;
  }

  async #sendAfterFlush(payload: Uint8Array): Promise<void> {
    await this.#flush();
    if (payload.length < GATHER_BYTES) {
      this.#buffer.set(payload);
      this.#filled = payload.length;
    } else {
      await writeAll(this.#conn, payload);
    }
  }

  async #flush(): Promise<void> {
    if (this.#filled === 0) return;
    const { length } = this.#buffer;
    const isFull = this.#filled === length;
    const bytes = isFull
      ? this.#buffer
      : this.#buffer.subarray(0, this.#filled);
    this.#filled = 0;
    await writeAll(this.#conn, bytes);
  }

  /** Writes what is left, and waits for the server's count. */
  async settle(): Promise<number> {
    await this.#flush();
    if (!await readAll(this.#conn, this.#answer)) {
      throw new Deno.errors.UnexpectedEof("no count came");
    }
    return new DataView(this.#answer.buffer).getUint32(0);
  }

  /** Closes the socket. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#conn.close();
    return Promise.resolve();
  }
}

async function dial(port: number, hello: RawHello): Promise<Deno.Conn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  await writeAll(conn, encodeHello(hello));
  return conn;
}
