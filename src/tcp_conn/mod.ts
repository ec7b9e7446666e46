/**
 * Peers that speak the protocol of the Go package `github.com/pulsyflux/tcp`,
 * formerly `tcp-conn`: logical connections by UUID over one socket, without
 * the credit, the resumption and the orderly close of Troupe's own.
 *
 * @module
 */
export type { LogicalConnectionMessage } from "../session/mod.ts";
export type {
  TcpConnConnection,
  TcpConnReceiveOptions,
  TcpConnServe,
} from "./connection.ts";
export * from "./errors.ts";
export type { TcpConnListenOptions } from "./listen_options.ts";
export {
  listenTcpConn,
  type TcpConnListener,
  type TcpConnListenerStats,
} from "./listener.ts";
export type { TcpConnOptions } from "./options.ts";
export { TcpConnPool } from "./pool.ts";
export type {
  TcpConnConnectOptions,
  TcpConnPoolOptions,
  TcpConnPoolStats,
} from "./pool_options.ts";
