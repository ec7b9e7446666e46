/**
 * The listening half of the raw baseline: the best that we can write with
 * `Deno.listen` and `Deno.Conn` for peers who know all sizes beforehand.
 *
 * @module
 */

import {
  ANSWER_BYTES,
  decodeHello,
  HELLO_BYTES,
  type RawHello,
  readAll,
  writeAll,
} from "./raw_wire.ts";

/**
 * Bytes of the buffer that a sink reads into: of 64 KiB to 4 MiB the
 * fastest or a draw for streams and small messages alike, and it stays in the
 * second-level cache.
 */
const READ_BYTES = 256 * 1024;

/** Accepts raw connections until it is disposed. */
export class RawServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #running = new Set<Promise<void>>();
  readonly #accepting = this.#accept();

  /** The port that it listens on. */
  get port(): number {
    return this.#listener.addr.port;
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) {
      // A failure is left unhandled on purpose: it ends the measurement, loudly.
      const serving = serve(conn).finally(() => this.#running.delete(serving));
      this.#running.add(serving);
    }
  }

  /** Stops accepting, and waits until every client has closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await Promise.all(this.#running);
  }
}

async function serve(conn: Deno.TcpConn): Promise<void> {
  using _ = conn;
  conn.setNoDelay(true);
  const bytes = new Uint8Array(HELLO_BYTES);
  if (!await readAll(conn, bytes)) return;
  const hello = decodeHello(bytes);
  switch (hello.mode) {
    case "echo":
      return await echo(conn, hello.messageBytes);
    case "relay":
      return await relay(conn, hello.messageBytes);
    case "sink":
      return await sink(conn, hello);
    default:
      hello.mode satisfies never;
  }
}

async function echo(conn: Deno.Conn, messageBytes: number): Promise<void> {
  const message = new Uint8Array(messageBytes);
  while (await readAll(conn, message)) await writeAll(conn, message);
}

async function relay(conn: Deno.Conn, messageBytes: number): Promise<void> {
  const buffer = new Uint8Array(messageBytes);
  for (;;) {
    const got = await conn.read(buffer);
    if (got === null) return;
    await writeAll(conn, buffer.subarray(0, got));
  }
}

/**
 * Takes messages one by one, as a program on raw sockets would: it finds where
 * each begins and looks at its first byte, because a server that only added up
 * the lengths of its reads would not have received messages at all.
 */
async function sink(
  conn: Deno.Conn,
  { messageBytes, messages }: RawHello,
): Promise<void> {
  const buffer = new Uint8Array(READ_BYTES);
  const answer = new Uint8Array(ANSWER_BYTES);
  const answerView = new DataView(answer.buffer);
  const batchBytes = messages * messageBytes;
  let received = 0;
  let begun = 0;
  let checksum = 0;
  // Where in the buffer the next message begins; beyond the end of what was
  // read if the message before it is longer than that.
  let start = 0;
  for (;;) {
    const got = await conn.read(buffer);
    if (got === null) return;
    for (; start < got; start += messageBytes) {
      begun++;
      checksum = (checksum + (buffer[start] ?? 0)) >>> 0;
    }
    start -= got;
    received += got;
    if (received < batchBytes) continue;
    // All that was begun is complete: a client sends no more before the answer.
    answerView.setUint32(0, begun);
    answerView.setUint32(4, checksum);
    await writeAll(conn, answer);
    received = begun = checksum = 0;
  }
}
