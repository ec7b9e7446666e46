/**
 * The errors that users of this layer catch, beside those of the TCP layer.
 *
 * @module
 */
import { ConnectionClosedError } from "../session/mod.ts";

/** Nothing went either way over the connection for `idleMs`. */
export class IdleTimeoutError extends ConnectionClosedError {}

/**
 * More has arrived than the connection, or its socket, may hold unread, and
 * nobody read it in time. What was unread is lost, and the id is of no use on
 * this socket any more.
 */
export class UnreadOverflowError extends ConnectionClosedError {}

/**
 * The peer began a message with the id before it had ended another, so that
 * no one can tell where messages begin. The id is of no use on this socket any
 * more; two senders in the peer that use one id at once do this.
 */
export class MixedMessagesError extends ConnectionClosedError {}
