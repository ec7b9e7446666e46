/**
 * What sibling rooms use of `terminal`, besides `mod.ts`. It is no part of the API.
 *
 * @module
 */
export { attachPath } from "./attach/attach_request.ts";
export { encodeClientFrame } from "./attach/client_frame.ts";
export {
  INPUT_WINDOW_BYTES,
  MAX_INPUT_BYTES,
  SUBPROTOCOL,
} from "./attach/protocol.ts";
export { decodeServerFrame } from "./attach/server_frame.ts";
