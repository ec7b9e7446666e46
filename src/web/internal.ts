/**
 * What sibling rooms use of `web`. None of it is part of the API.
 *
 * @module
 */
export { resolveHosts } from "./hosts.ts";
export {
  type OriginRules,
  refusalOf,
  resolveOrigins,
  sourceOf,
} from "./origin.ts";
export { findPageFile, type PageFile, type PageFiles } from "./page_files.ts";
export { resolvePrefix } from "./prefix.ts";
export { checkHttpRequest } from "./request.ts";
export { secured } from "./security_headers.ts";
export { type SseEvent, SseParser } from "./sse_parser.ts";
export { sseBodyOf } from "./sse_response.ts";
export { SseStream, type SseStreamOptions } from "./sse_stream.ts";
export { textResponse } from "./text_response.ts";
export { THEME } from "./theme.ts";
export { closeSocket, openSocket } from "./web_socket.ts";
