/**
 * How messages are encoded that are sent at once and seen by nobody else: room
 * for a head can be left in front, and small ones share a buffer.
 *
 * @module
 */
import type { Codec } from "./codec_contract.ts";
import type { Placement } from "./slab.ts";

/**
 * Encodes a value as a message that begins with a head of any content, which
 * its caller writes. The buffer may be shared: it must not be transferred.
 *
 * @throws {CodecError} if the value cannot be encoded.
 */
export type MessageEncoder<T> = (value: T) => Uint8Array;

type Write = (value: unknown, placement: Placement) => Uint8Array;

/** By identity: a copy of a codec that encodes otherwise must not be found. */
const writers = new WeakMap<object, Write>();

/** Registers how a codec of this package writes at a given place. */
export function registerEncoder(codec: object, write: Write): void {
  writers.set(codec, write);
}

/** Returns how to encode messages with `headBytes` bytes of head by a codec. */
export function messageEncoder<T>(
  codec: Codec<T>,
  headBytes: number,
): MessageEncoder<T> {
  const write = writers.get(codec);
  if (write !== undefined) {
    const placement: Placement = { headBytes, isShared: true };
    return (value) => write(value, placement);
  }
  return (value) => {
    const bytes = codec.encode(value);
    if (headBytes === 0) return bytes;
    const message = new Uint8Array(headBytes + bytes.length);
    message.set(bytes, headBytes);
    return message;
  };
}
