// A codec is a format with the bounds of its user, and what parses its values.

import { kindOf } from "../checks/internal.ts";
import {
  type Codec,
  CodecError,
  type CodecLimits,
  type CodecOptions,
  type MsgpackValue,
  resolveCodecLimits,
} from "./codec_contract.ts";
import { findJsonFault } from "./json_check.ts";
import { scanJson } from "./json_scan.ts";
import type { JsonValue } from "./json_value.ts";
import { readMsgpack } from "./msgpack_reader.ts";
import { scanMsgpack } from "./msgpack_scan.ts";
import { writeMsgpack } from "./msgpack_writer.ts";
import { registerEncoder } from "./message_encoder.ts";
import { type Placement, Slab } from "./slab.ts";

/**
 * A way to write plain data as bytes.
 *
 * @typeParam Plain All values that the format can represent.
 */
export interface Format<Plain> {
  readonly name: string;
  /**
   * Writes one value, which may be anything. Any error means that it could not
   * be read.
   *
   * @throws {CodecError} if the value is not plain data, or not within `limits`.
   */
  write(value: unknown, limits: CodecLimits, placement: Placement): Uint8Array;
  /**
   * Reads one value. Any error means that the bytes are malformed.
   *
   * @throws {CodecError} if `bytes` are not within `limits`.
   */
  read(bytes: Uint8Array, limits: CodecLimits): Plain;
}

/** The format of MessagePack, in which `msgpack()` encodes and decodes. */
export const MSGPACK: Format<MsgpackValue> = {
  name: "msgpack",
  write: writeMsgpack,
  read(bytes, limits) {
    const fault = scanMsgpack(bytes, limits);
    if (fault !== undefined) {
      throw new CodecError(`Cannot decode msgpack: ${fault}`);
    }
    return readMsgpack(bytes);
  },
};

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true });

const jsonSlab = new Slab();
const MAX_SHARED_CHARS = 1_024;

/** JSON in UTF-8. */
export const JSON_TEXT: Format<JsonValue> = {
  name: "json",
  write(value, limits, { headBytes, isShared }) {
    const fault = findJsonFault(value, limits);
    if (fault !== undefined) {
      throw new CodecError(`Cannot encode json: value${fault}`);
    }
    const text = JSON.stringify(value);
    if (isShared && text.length <= MAX_SHARED_CHARS) {
      jsonSlab.reserve(headBytes + text.length * 3);
      const start = jsonSlab.start + headBytes;
      const { written } = utf8Encoder.encodeInto(
        text,
        jsonSlab.bytes.subarray(start),
      );
      return jsonSlab.cut(start + written);
    }
    const bytes = utf8Encoder.encode(text);
    if (headBytes === 0) return bytes;
    const message = new Uint8Array(headBytes + bytes.length);
    message.set(bytes, headBytes);
    return message;
  },
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
  const write = (value: unknown, placement: Placement): Uint8Array => {
    let bytes: Uint8Array;
    try {
      bytes = format.write(value, limits, placement);
    } catch (error) {
      if (error instanceof CodecError) throw error;
      throw new CodecError(`${cannotEncode}: reading the value failed`, {
        cause: error,
      });
    }
    const length = bytes.length - placement.headBytes;
    if (length > maxBytes) {
      throw new CodecError(
        `${cannotEncode}: it takes ${length} bytes, the limit is ${maxBytes}`,
      );
    }
    return bytes;
  };
  const codec: Codec<T> = {
    name,
    encode: (value) => write(value, ALONE),
    decode(bytes: Uint8Array): T {
      if (!(bytes instanceof Uint8Array)) {
        throw new CodecError(
          `${cannotDecode}: it is ${kindOf(bytes)}, it must be a Uint8Array`,
        );
      }
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
  registerEncoder(codec, write);
  return codec;
}

const ALONE: Placement = { headBytes: 0, isShared: false };
