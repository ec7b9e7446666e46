/**
 * Sessions that survive their sockets, and the logical connections that they
 * carry, over any transport of bytes.
 *
 * @module
 */
export type { PeerCertificate } from "./accepted_socket.ts";
export type { LogicalConnectionMessage, Serve } from "./connection_actor.ts";
export { equalSecrets } from "./credentials.ts";
export * from "./errors.ts";
export type {
  LogicalConnection,
  PriorityClass,
  ReceiveOptions,
  SendOptions,
} from "./logical_connection.ts";
export type { Address, SessionOptions } from "./options.ts";
export type { Authenticate, PeerCredentials } from "./accepted_sessions.ts";
export type { SessionPhase, SessionState } from "./session_phase.ts";
export type { Transport } from "./transport.ts";
export { ProtocolError, TruncatedError } from "./wire/errors.ts";
export { MessageTooLargeError, MessageTruncatedError } from "./wire/inbox.ts";
export { ErrorCode } from "./wire/protocol.ts";
