/**
 * What a message carries inside the bus: a value, its bytes, or both. It is
 * encoded at most once, however many connections it leaves the process by, and
 * not at all if it stays there.
 *
 * @module
 */
import { type Codec, raw } from "../codec/mod.ts";

/** The value of a message on its way, in whatever form it is there. */
export class Payload {
  /** That of the value, whatever its type. */
  readonly #codec: Codec<unknown>;
  #value: unknown;
  #bytes: Uint8Array | undefined;
  /** Whether it has come as bytes, which may be part of a larger buffer. */
  #isForeign = false;

  private constructor(codec: Codec<unknown>, value: unknown) {
    this.#codec = codec;
    this.#value = value;
  }

  /** A value that some codec encodes, should it leave the process. */
  static of<T>(value: T, codec: Codec<T>): Payload {
    return new Payload(codec, value);
  }

  /**
   * Bytes that have come from elsewhere, and belong to the message alone, though
   * their buffer may not.
   */
  static from(bytes: Uint8Array): Payload {
    const payload = new Payload(raw, bytes);
    payload.#bytes = bytes;
    payload.#isForeign = true;
    return payload;
  }

  /** The buffer that it has come in, which may be larger. */
  get buffer(): ArrayBufferLike | undefined {
    return this.#isForeign ? this.#bytes?.buffer : undefined;
  }

  /**
   * Lets go of a buffer that is much larger than the message, as it is to be
   * kept for a while.
   */
  compact(): void {
    const bytes = this.#bytes;
    if (!this.#isForeign || bytes === undefined) return;
    this.#isForeign = false;
    if (bytes.length * 2 > bytes.buffer.byteLength) return;
    this.#value = this.#bytes = bytes.slice();
  }

  /**
   * The message as bytes, which nobody may write to.
   *
   * @throws {CodecError} if the value cannot be encoded.
   */
  get bytes(): Uint8Array {
    return this.#bytes ??= this.#codec.encode(this.#value);
  }

  /**
   * Returns the value for a subscriber with this codec: the very one that was
   * published, if it was published with the same codec.
   *
   * @throws {CodecError} if the value cannot be encoded, or the bytes cannot be
   * decoded.
   */
  valueFor<T>(codec: Codec<T>): T {
    if (this.#codec === codec) return this.#value as T;
    return codec.decode(this.bytes);
  }
}
