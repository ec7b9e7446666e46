/**
 * Many logical connections over few TCP sockets, with or without TLS: the
 * listener, the pool, and all that `./session` exports.
 *
 * @module
 */
export * from "../session/mod.ts";
export { ListenError } from "./tcp_acceptor.ts";
export type { ListenOptions } from "./listen_options.ts";
export { listen, type Listener, type ListenerStats } from "./listener.ts";
export { ConnectionPool } from "./pool.ts";
export type { PoolOptions, PoolStats } from "./pool_options.ts";
export type { TlsClientOptions, TlsServerOptions, TlsSource } from "./tls.ts";
