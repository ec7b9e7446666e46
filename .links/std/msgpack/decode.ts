// @ts-types="./decode.d.ts"
export { decode } from "npm:deno-std@1.4.0/msgpack/decode.js";
