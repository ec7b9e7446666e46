/**
 * What both halves of the raw baseline share: whole reads and writes on a
 * `Deno.Conn`, and the hello in which the dialling half says what is to come.
 *
 * @module
 */

/**
 * What the raw server does with a connection.
 *
 * - `echo`: reads a whole message, then sends the whole of it back. It is the
 *   counterpart of a message layer, whose user gets a message when all of it is
 *   there.
 * - `relay`: sends bytes back as they arrive, and knows of no messages. It is
 *   here only to show that it is not the faster one (`raw_figures.ts`).
 * - `sink`: takes messages, and answers each batch with the number of them.
 */
export type RawMode = "echo" | "relay" | "sink";

const MODES: readonly RawMode[] = ["echo", "relay", "sink"];

/** The first bytes on a raw connection. */
export interface RawHello {
  readonly mode: RawMode;
  /** Bytes of each message. */
  readonly messageBytes: number;
  /** Messages of a batch; only a `sink` has batches. */
  readonly messages: number;
}

/** Bytes of an encoded {@linkcode RawHello}. */
export const HELLO_BYTES = 12;

/** Bytes of a sink's answer: the number of messages, then the checksum. */
export const ANSWER_BYTES = 8;

/** Encodes a hello. */
export function encodeHello(hello: RawHello): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(HELLO_BYTES));
  view.setUint32(0, MODES.indexOf(hello.mode));
  view.setUint32(4, hello.messageBytes);
  view.setUint32(8, hello.messages);
  return new Uint8Array(view.buffer);
}

/** Decodes a hello. */
export function decodeHello(bytes: Uint8Array): RawHello {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HELLO_BYTES);
  const mode = MODES[view.getUint32(0)];
  if (mode === undefined) {
    throw new TypeError("Cannot serve a raw connection: its mode is unknown");
  }
  return {
    mode,
    messageBytes: view.getUint32(4),
    messages: view.getUint32(8),
  };
}

/**
 * Writes all bytes. The whole array is offered at once: the kernel takes what
 * it can, and pieces of 64 KiB make an echo of 1 MB take twice as long.
 */
export async function writeAll(
  conn: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  let written = await conn.write(bytes);
  while (written < bytes.length) {
    written += await conn.write(bytes.subarray(written));
  }
}

/**
 * Fills the whole array, straight from the socket and without a copy.
 *
 * @returns False if the other side closed before the first byte.
 * @throws {Deno.errors.UnexpectedEof} If it closed after that.
 */
export async function readAll(
  conn: Deno.Conn,
  into: Uint8Array,
): Promise<boolean> {
  const first = await conn.read(into);
  if (first === null) return false;
  let filled = first;
  while (filled < into.length) {
    const more = await conn.read(into.subarray(filled));
    if (more === null) throw new Deno.errors.UnexpectedEof("message cut short");
    filled += more;
  }
  return true;
}
