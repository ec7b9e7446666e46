/**
 * Troupe: an actor runtime for connections.
 *
 * The actor runtime, the TCP layer, requests and replies, and the codecs for
 * typed messages.
 *
 * @module
 */
export * from "./src/actor/mod.ts";
export * from "./src/codec/mod.ts";
export * from "./src/rpc/mod.ts";
export * from "./src/tcp/mod.ts";
