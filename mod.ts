/**
 * Troupe: an actor runtime for connections.
 *
 * The actor runtime, the TCP layer, and the codecs for typed messages.
 *
 * @module
 */
export * from "./src/actor/mod.ts";
export * from "./src/tcp/mod.ts";
export * from "./src/wire/mod.ts";
