/**
 * Many logical connections over few TCP sockets.
 *
 * @module
 */
export type { LogicalConnectionMessage, Serve } from "./connection_actor.ts";
export * from "./errors.ts";
export {
  listen,
  type Listener,
  ListenError,
  type ListenerStats,
  type ListenOptions,
} from "./listener.ts";
export type {
  LogicalConnection,
  ReceiveOptions,
} from "./logical_connection.ts";
export type { Address, SessionOptions } from "./options.ts";
export {
  ConnectionPool,
  type ConnectOptions,
  type PoolOptions,
  type PoolStats,
} from "./pool.ts";
export { TypedConnection } from "./typed_connection.ts";
