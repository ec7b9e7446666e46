/**
 * Sessions over WebSockets: browsers and other programs hold the same logical
 * connections as over TCP, with credit, priorities and resumption.
 *
 * `serveSessions` is a fetch handler for `Deno.serve`; `connectWeb` is the other
 * end, in a page or anywhere else that has a WebSocket. Both speak the protocol
 * of `./tcp`, over messages whose borders mean nothing.
 *
 * @module
 */
export { connectWeb, type ConnectWebOptions } from "./connect_web.ts";
export {
  type ServeSessionsOptions,
  type SessionRequest,
  type WebPeer,
} from "./serve_options.ts";
export { clientModule } from "./client_module.ts";
export {
  serveSessions,
  type SessionRequestInfo,
  type SessionServer,
  type SessionServerStats,
} from "./serve_sessions.ts";
export { connectNode, type ConnectNodeOptions } from "./connect_node.ts";
export type { SessionClient, SessionClientOptions } from "./session_client.ts";
