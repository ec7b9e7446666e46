/**
 * What sibling rooms use of `rpc` besides `mod.ts`; not part of the API.
 *
 * @module
 */
export { checkConnection } from "./check_connection.ts";
export { PendingRequest } from "./pending_request.ts";
export { Reconnector } from "./reconnector.ts";
export { Exchange } from "./request_context.ts";
export {
  encodeCancel,
  HEAD_BYTES,
  nextRequestId,
  readU32,
  REQUEST_HEAD_BYTES,
  RequestFrameType,
  writeReplyHead,
  writeRequestHead,
  writeU32,
} from "./request_frame.ts";
