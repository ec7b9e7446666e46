/**
 * Values as the bodies of messages: MessagePack, and no bytes at all for
 * `undefined`, which it does not have.
 *
 * @module
 */
import { type Codec, msgpack, type MsgpackValue } from "../codec/mod.ts";
import { type MessageEncoder, messageEncoder } from "../codec/internal.ts";
import { HEAD_BYTES } from "../rpc/internal.ts";
import { CALL_HEAD_BYTES } from "./frames.ts";

/** Encodes and decodes bodies within bounds. */
export class BodyCodec {
  readonly #codec: Codec<MsgpackValue>;
  readonly #short: MessageEncoder<MsgpackValue>;
  readonly #long: MessageEncoder<MsgpackValue>;

  constructor(maxBytes: number) {
    this.#codec = msgpack({ maxBytes });
    this.#short = messageEncoder(this.#codec, HEAD_BYTES);
    this.#long = messageEncoder(this.#codec, CALL_HEAD_BYTES);
  }

  /**
   * Encodes a body, with room for a head of type and number in front.
   *
   * @throws {CodecError} if it is no plain data, or too large.
   */
  encode(value: unknown): Uint8Array {
    return value === undefined
      ? new Uint8Array(HEAD_BYTES)
      : this.#short(value as MsgpackValue);
  }

  /** Encodes a body, with room for the head of a REQUEST in front. */
  encodeCall(value: unknown): Uint8Array {
    return value === undefined
      ? new Uint8Array(CALL_HEAD_BYTES)
      : this.#long(value as MsgpackValue);
  }

  /**
   * Decodes the body that begins at `start`.
   *
   * @throws {CodecError} if it is malformed or out of its bounds.
   */
  decode(message: Uint8Array, start: number): unknown {
    return message.length === start
      ? undefined
      : this.#codec.decode(message.subarray(start));
  }
}
