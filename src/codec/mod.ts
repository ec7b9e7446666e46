/**
 * Codecs for typed messages: JSON, MessagePack, raw bytes, and any of them
 * compressed. Each is bounded in depth and size. Pure bytes, no I/O.
 *
 * @module
 */
export * from "./codec.ts";
export type { Json, JsonObject } from "./json_value.ts";
export { compressed, type CompressedOptions } from "./compressed.ts";
