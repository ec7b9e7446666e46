/**
 * Errors that users of tcp-conn catch, in addition to those of sessions.
 *
 * @module
 */
import { ConnectionClosedError } from "../session/mod.ts";

/** The connection carried nothing in either direction for `idleMs`. */
export class IdleTimeoutError extends ConnectionClosedError {}

/**
 * More has arrived than the connection or its socket may hold unread, and
 * nobody read it in time. What was unread is lost, and the id cannot be used
 * on this socket again.
 */
export class UnreadOverflowError extends ConnectionClosedError {}

/**
 * The peer started a message with the id before it had finished another, so
 * that messages cannot be told apart. The id cannot be used on this socket
 * again. The usual reason is that two senders in the peer use one id at once.
 */
export class MixedMessagesError extends ConnectionClosedError {}
