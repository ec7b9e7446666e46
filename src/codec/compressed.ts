/**
 * Compression of single messages, as a codec around another.
 *
 * @module
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import {
  checkInteger,
  checkNumber,
  checkOptionNames,
  countFrom,
  type OptionNames,
} from "../checks/internal.ts";
import { checkCodec } from "./check_codec.ts";
import { type Codec, CodecError, MAX_COUNT } from "./codec_contract.ts";

/** Options of a {@linkcode compressed} codec. */
export interface CompressedOptions {
  /**
   * Size up to which a message is not compressed, in bytes, 0 or more. With
   * `Infinity` the codec only decompresses.
   * @default {1024}
   */
  readonly thresholdBytes?: number;
  /**
   * Size limit of a message before compression, in bytes, in both directions,
   * from 1 to 2,147,483,647.
   * @default {16777216}
   */
  readonly maxBytes?: number;
}

const NAMES: OptionNames<CompressedOptions> = {
  thresholdBytes: true,
  maxBytes: true,
};

/** The first byte of a message says what the others are. */
const PLAIN = 0;
const DEFLATE = 1;

/**
 * Wraps a codec so that its longer messages are compressed, each on its own, if
 * that makes them shorter. The first byte says whether the rest is plain (0) or
 * raw DEFLATE (1), so both sides must use this wrapper.
 *
 * - **Secrets**: do not compress messages that contain both a secret and text
 *   that an attacker chooses. An attacker who can cause many such messages and
 *   see their lengths can guess the secret, encrypted or not: CRIME and BREACH.
 * - **Time**: it blocks the event loop for some 10 to 60 ms per MB compressed
 *   and 1 to 5 ms per MB decompressed. Raise `thresholdBytes` or lower
 *   `maxBytes` if that is too long.
 *
 * Decompression stops at `maxBytes`, so no message, however small, takes more
 * memory than a few times that.
 *
 * @example
 * ```ts
 * import { compressed, json } from "@troupe/troupe/codec";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const codec = compressed(json());
 * const value = { text: "again and ".repeat(1000) };
 * const bytes = codec.encode(value);
 * assert(bytes.length < 200);
 * assertEquals(codec.decode(bytes), value);
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if `codec` is not a codec, or an option has the wrong
 * type or is not known.
 * @throws {RangeError} if an option is out of its range.
 */
export function compressed<T>(
  codec: Codec<T>,
  options: CompressedOptions = {},
): Codec<T> {
  checkCodec("codec", codec);
  checkOptionNames("compressed()", options, NAMES);
  const { thresholdBytes = 1024, maxBytes = 16_777_216 } = options;
  checkNumber("thresholdBytes", thresholdBytes, countFrom(0));
  checkInteger("maxBytes", maxBytes, { min: 1, max: MAX_COUNT });
  return {
    name: `${codec.name}+deflate`,
    encode(value: T): Uint8Array {
      const plain = codec.encode(value);
      if (plain.length > maxBytes) {
        throw new CodecError(
          `Cannot encode: the message has ${plain.length} bytes, the limit is ${maxBytes}`,
        );
      }
      if (plain.length > thresholdBytes) {
        const deflated = deflateRawSync(plain);
        if (deflated.length < plain.length) return tagged(DEFLATE, deflated);
      }
      return tagged(PLAIN, plain);
    },
    decode(bytes: Uint8Array): T {
      const rest = bytes.subarray(1);
      // A compressed message is shorter than the original: this holds for both.
      if (rest.length > maxBytes) {
        throw new CodecError(
          `Cannot decode: the message has ${rest.length} bytes, the limit is ${maxBytes}`,
        );
      }
      switch (bytes[0]) {
        case PLAIN:
          return codec.decode(rest);
        case DEFLATE:
          return codec.decode(inflate(rest, maxBytes));
        default:
          throw new CodecError(
            `Cannot decode: the first byte is ${bytes[0]}, expected 0 or 1`,
          );
      }
    },
  };
}

function tagged(tag: number, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + rest.length);
  bytes[0] = tag;
  bytes.set(rest, 1);
  return bytes;
}

/** A result with the option `info`, which the types of the library omit. */
interface InflateInfo {
  readonly buffer: Uint8Array;
  /** Says how much of the input was used. */
  readonly engine: { readonly bytesWritten: number };
}

function isInflateInfo(result: object): result is InflateInfo {
  return "engine" in result;
}

function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const options = { maxOutputLength: maxBytes, info: true };
  let result: object;
  try {
    result = inflateRawSync(bytes, options);
  } catch (cause) {
    throw new CodecError(
      `Cannot decode: the message is not DEFLATE, or has over ${maxBytes} bytes`,
      { cause },
    );
  }
  if (!isInflateInfo(result) || result.engine.bytesWritten !== bytes.length) {
    throw new CodecError(
      "Cannot decode: more bytes follow the compressed ones",
    );
  }
  // Copied: a small `Buffer` is a view of a shared one.
  return new Uint8Array(result.buffer);
}
