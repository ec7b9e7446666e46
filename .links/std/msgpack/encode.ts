// @ts-types="./encode.d.ts"
export { encode } from "npm:deno-std@1.4.0/msgpack/encode.js";
export type { Uint8Array_, ValueMap, ValueType } from "./encode.d.ts";
