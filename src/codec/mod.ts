/**
 * Codecs for typed messages: JSON, MessagePack, raw bytes, and compression
 * around any of them. Each is bounded in depth and size, and does no I/O.
 *
 * @module
 */
export { json, msgpack, raw } from "./codec.ts";
export {
  type Codec,
  CodecError,
  type CodecOptions,
  type Encodable,
  type MsgpackValue,
  type ParsedCodecOptions,
  type PlainCodecOptions,
} from "./codec_contract.ts";
export type { JsonObject, JsonValue } from "./json_value.ts";
export { compressed, type CompressedOptions } from "./compressed.ts";
