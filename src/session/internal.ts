/**
 * What sibling rooms use of `session`, besides `mod.ts`. It is no part of the API.
 *
 * @module
 */
export type { AcceptSlot } from "./accept_slot.ts";
export { AcceptedSessions } from "./accepted_sessions.ts";
export {
  askForConnection,
  connectOver,
  type ConnectReply,
  replyWithConnection,
} from "./leased_connection.ts";
export type { AcceptedSocket } from "./accepted_socket.ts";
export { AcceptQueue } from "./accept_queue.ts";
export type { Acceptor } from "./acceptor.ts";
export type { SocketOffer } from "./acceptor_actor.ts";
export { resolveCredentials } from "./credentials_option.ts";
export { CloseDeadline } from "./close_deadline.ts";
export { connectionActor } from "./connection_actor.ts";
export {
  checkConnectOptions,
  checkConnectSignals,
  type ConnectSignals,
  PRIORITIES,
} from "./connector.ts";
export { drain } from "./drain.ts";
export { dialSession } from "./dialled_session.ts";
export { socketLost } from "./failures.ts";
export { LiveSessions } from "./live_sessions.ts";
export { startListener } from "./listener_actor.ts";
export {
  formatAddress,
  type ResolvedSessionOptions,
  resolveSessionOptions,
  SESSION_OPTION_NAMES,
} from "./options.ts";
export { peerActor, type PeerMessage, type PeerSession } from "./peer_actor.ts";
export { socketActor } from "./socket_actor.ts";
export { PoolEntries, type PoolEntry, PoolOpening } from "./pool_entries.ts";
export {
  poolActor,
  type PoolActorSettings,
  type PooledSession,
  type PoolMessage,
} from "./pool_actor.ts";
export { SocketLimit } from "./socket_limit.ts";
export {
  socketsActor,
  type SocketsMessage,
  type SocketsSettings,
} from "./sockets_actor.ts";
export { refusal } from "./message_options.ts";
export { notifyUser } from "./notify_user.ts";
export { ByteReadable, MessageWritable } from "./web_streams.ts";
export { decodeReason, encodeReason, type Reason } from "./wire/frame.ts";
export { HELLO_TOKEN_END, helloToken, mayBeHello } from "./wire/hello_token.ts";
export { PREFACE, Priority } from "./wire/protocol.ts";
