/**
 * What sibling rooms use of `web`. None of it is part of the API.
 *
 * @module
 */
export { isHostAllowed, LOOPBACK_HOSTS, parseHost } from "./hosts.ts";
export { contentTypeOf, PAGE_POLICY, pageFileName } from "./page.ts";
export { type SseEvent, SseParser } from "./sse_parser.ts";
export { sseBodyOf } from "./sse_response.ts";
export { SseStream, type SseStreamOptions } from "./sse_stream.ts";
export { closeSocket, openSocket } from "./web_socket.ts";
