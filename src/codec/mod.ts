/**
 * Codecs for typed messages: JSON, MessagePack, raw bytes, and compression
 * around any of them. Each is bounded in depth and size, and does no I/O.
 *
 * @module
 */
export * from "./codec.ts";
export type { Json, JsonObject } from "./json_value.ts";
export { compressed, type CompressedOptions } from "./compressed.ts";
