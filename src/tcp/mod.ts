/**
 * Many logical connections over few TCP sockets.
 *
 * @module
 */
export { ListenError, type PeerCertificate } from "./acceptor.ts";
export type { LogicalConnectionMessage, Serve } from "./connection_actor.ts";
export { equalSecrets } from "./credentials.ts";
export * from "./errors.ts";
export {
  type DrainOptions,
  listen,
  type Listener,
  type ListenerStats,
  type ListenOptions,
} from "./listener.ts";
export type {
  LogicalConnection,
  PriorityClass,
  ReceiveOptions,
  SendOptions,
} from "./logical_connection.ts";
export type { Address, SessionOptions } from "./options.ts";
export { ConnectionPool } from "./pool.ts";
export type { ConnectOptions, PoolOptions, PoolStats } from "./pool_options.ts";
export type { RequestContext } from "./request_context.ts";
export * from "./request_errors.ts";
export {
  Requester,
  type RequesterOptions,
  type RequesterStats,
  type RequestOptions,
} from "./requester.ts";
export {
  type RequestHandler,
  serveRequests,
  type ServeRequestsOptions,
} from "./responder.ts";
export type { Authenticate, PeerCredentials } from "./served_sessions.ts";
export type { SessionPhase, SessionState } from "./session_state.ts";
export type { TlsClientOptions, TlsServerOptions } from "./tls.ts";
export { TypedConnection } from "./typed_connection.ts";
