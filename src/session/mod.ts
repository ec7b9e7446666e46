/**
 * Sessions that survive their sockets, and the logical connections that they
 * carry, over any transport of bytes.
 *
 * A _session_ belongs to two processes. It has one _socket_ after another: when
 * a socket is lost the session resumes over the next one, and repeats what was
 * not acknowledged. A _logical connection_ is one of many over a session, with
 * messages in both directions and an end of its own. Each direction has
 * _credit_: its sender may send so many bytes, and gets more when its receiver
 * has read; the _window_ is how far that goes beyond what was read. So a
 * connection that nobody reads stops its own sender and no other.
 *
 * `listen` and `ConnectionPool` of `@troupe/troupe/tcp` start sessions over TCP
 * and TLS. Here is what their users hold and catch: a {@linkcode
 * LogicalConnection}, the {@linkcode Serve} that is called with one, the
 * {@linkcode SessionOptions} of both sides, the {@linkcode SessionState} that
 * they report, and the errors.
 *
 * @example A service that refuses connections it does not know
 * ```ts
 * import { ActorSystem } from "@troupe/troupe/actor";
 * import { ConnectionRefusedError, type Serve } from "@troupe/troupe/session";
 * import { ConnectionPool, listen } from "@troupe/troupe/tcp";
 *
 * const echo: Serve = async (connection) => {
 *   for await (const message of connection) await connection.send(message);
 * };
 *
 * await using system = new ActorSystem();
 * await using listener = listen(system, {
 *   port: 0,
 *   serve: echo,
 *   accept: ({ id }) => id === "echo" || `Nothing is called ${id}`,
 * });
 * await using pool = new ConnectionPool(system);
 *
 * await using connection = await pool.connect(listener.address, { id: "echo" });
 * await connection.send(new Uint8Array([1, 2, 3]));
 * console.assert((await connection.receive())?.length === 3);
 *
 * await using other = await pool.connect(listener.address, { id: "ohce" });
 * const error = await other.accepted.catch((error) => error);
 * console.assert(error instanceof ConnectionRefusedError);
 * ```
 *
 * @module
 */
export type { AcceptedSocket, PeerCertificate } from "./accepted_socket.ts";
export type { Acceptor } from "./acceptor.ts";
export type { ConnectOptions, Connector } from "./connector.ts";
export type { LogicalConnectionMessage, Serve } from "./connection_actor.ts";
export type { DrainOptions } from "./drain.ts";
export { equalSecrets } from "./credentials.ts";
export * from "./errors.ts";
export type {
  LogicalConnection,
  PriorityClass,
  ReceiveOptions,
  SendAllOptions,
  SendOptions,
} from "./logical_connection.ts";
export type { BatchOptions, MessageBatch } from "./wire/message_batch.ts";
export type { Network } from "./network.ts";
export type { Address, SessionOptions } from "./options.ts";
export type { Authenticate, PeerCredentials } from "./accepted_sessions.ts";
export type { SessionSnapshot, StreamSnapshot } from "./session_snapshot.ts";
export type { SessionPhase, SessionState } from "./session_phase.ts";
export type { Transport } from "./transport.ts";
export {
  MessageTooLargeError,
  MessageTruncatedError,
  ProtocolError,
  SendAllError,
  TruncatedError,
} from "./wire/errors.ts";
export { ErrorCode } from "./wire/protocol.ts";
