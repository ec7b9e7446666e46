/**
 * What sibling rooms use of `tcp`, besides `mod.ts`. It is no part of the API.
 *
 * @module
 */
export { bind, listenTcp } from "./tcp_acceptor.ts";
export { type ListenerSharing, shareListeners } from "./listener_sharing.ts";
export { connectTcp } from "./dial.ts";
export { type Connect, openSocket } from "./open_socket.ts";
export { tcpTransport } from "./tcp_transport.ts";
