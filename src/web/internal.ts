/**
 * What sibling rooms use of `web`, besides `mod.ts`. It is no part of the API.
 *
 * @module
 */
export { EventStream, type EventStreamOptions } from "./event_stream.ts";
export { isHostAllowed, LOOPBACK_HOSTS, parseHost } from "./hosts.ts";
export { contentTypeOf, PAGE_POLICY, pageFileName } from "./page.ts";
export { closeSocket, openSocket } from "./web_socket.ts";
