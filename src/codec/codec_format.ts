// A codec is a format between two checks: of a value before it is encoded, of
// bytes before they are decoded.

import { decode, encode } from "@std/msgpack";
import {
  type Codec,
  CodecError,
  type CodecLimits,
  type CodecOptions,
  type MsgpackValue,
  resolveCodecLimits,
} from "./codec_contract.ts";
import { scanJson } from "./json_scan.ts";
import type { JsonValue } from "./json_value.ts";
import { scanMsgpack } from "./msgpack_scan.ts";
import { findFault } from "./plain_data.ts";

/**
 * A way to write plain data as bytes.
 *
 * @typeParam Plain All values that the format can represent.
 */
export interface Format<Plain> {
  readonly name: string;
  /**
   * Checks that a value is plain data.
   *
   * @throws {CodecError} if it is not, or not within `limits`.
   */
  check(value: unknown, limits: CodecLimits): asserts value is Plain;
  write(value: Plain): Uint8Array;
  /**
   * Reads one value. Any error means that the bytes are malformed.
   *
   * @throws {CodecError} if `bytes` are not within `limits`.
   */
  read(bytes: Uint8Array, limits: CodecLimits): Plain;
}

/** MessagePack, by `@std/msgpack`. */
export const MSGPACK: Format<MsgpackValue> = {
  name: "msgpack",
  check(value, limits): asserts value is MsgpackValue {
    const fault = findFault(value, limits, false);
    if (fault !== undefined) {
      throw new CodecError(`Cannot encode msgpack: ${fault}`);
    }
  },
  write: encode,
  read(bytes, limits) {
    const fault = scanMsgpack(bytes, limits);
    if (fault !== undefined) {
      throw new CodecError(`Cannot decode msgpack: ${fault}`);
    }
    return decode(bytes);
  },
};

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true });

/** JSON in UTF-8. */
export const JSON_TEXT: Format<JsonValue> = {
  name: "json",
  check(value, limits): asserts value is JsonValue {
    const fault = findFault(value, limits, true);
    if (fault !== undefined) {
      throw new CodecError(`Cannot encode json: ${fault}`);
    }
  },
  write: (value) => utf8Encoder.encode(JSON.stringify(value)),
  read(bytes, limits) {
    const fault = scanJson(bytes, limits);
    if (fault !== undefined) {
      throw new CodecError(`Cannot decode json: ${fault}`);
    }
    return JSON.parse(utf8Decoder.decode(bytes));
  },
};

/**
 * Creates a codec from a format.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a bound is not a whole number in its range.
 */
export function createCodec<Plain, T>(
  format: Format<Plain>,
  options: CodecOptions,
  parse: (value: Plain) => T,
): Codec<T> {
  const { name } = format;
  const limits = resolveCodecLimits(name, options);
  const { maxBytes } = limits;
  const cannotEncode = `Cannot encode ${name}`;
  const cannotDecode = `Cannot decode ${name}`;
  return {
    name,
    encode(value: T): Uint8Array {
      let bytes: Uint8Array;
      try {
        format.check(value, limits);
        bytes = format.write(value);
      } catch (error) {
        if (error instanceof CodecError) throw error;
        throw new CodecError(`${cannotEncode}: reading the value failed`, {
          cause: error,
        });
      }
      if (bytes.length > maxBytes) {
        throw new CodecError(
          `${cannotEncode}: it takes ${bytes.length} bytes, the limit is ${maxBytes}`,
        );
      }
      return bytes;
    },
    decode(bytes: Uint8Array): T {
      if (bytes.length > maxBytes) {
        throw new CodecError(
          `${cannotDecode}: it has ${bytes.length} bytes, the limit is ${maxBytes}`,
        );
      }
      let plain: Plain;
      try {
        plain = format.read(bytes, limits);
      } catch (error) {
        if (error instanceof CodecError) throw error;
        throw new CodecError(`${cannotDecode}: it is malformed`, {
          cause: error,
        });
      }
      try {
        return parse(plain);
      } catch (cause) {
        throw new CodecError(`${cannotDecode}: parse refused the value`, {
          cause,
        });
      }
    },
  };
}
