/**
 * The errors of the wire format.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import { ErrorCode } from "./protocol.ts";

/** The logical connection was closed on this side. */
export class ConnectionClosedError extends TroupeError {}

/** The other side has broken the protocol, and its socket was closed. */
export class ProtocolError extends TroupeError {
  /** The code that the other side is sent. */
  readonly code: ErrorCode;

  /**
   * An error with the code that the other side is sent.
   *
   * @param code May be left out; it is `ErrorCode.PROTOCOL` by default.
   */
  constructor(message: string, code: ErrorCode = ErrorCode.PROTOCOL) {
    super(message);
    this.code = code;
  }
}

/** The socket ended in the middle of a frame or before the handshake. */
export class TruncatedError extends ProtocolError {}

/** A message is larger than its receiver allows; its connection is reset. */
export class MessageTooLargeError extends TroupeError {}

/** The sender has ended its direction in the middle of a message. */
export class MessageTruncatedError extends TroupeError {}

/**
 * A `sendAll` was cut short. Those of its messages that were not taken can be
 * sent again: from `taken` on, the first of which has the number 0.
 */
export class SendAllError extends TroupeError {
  /**
   * How many messages were taken, from the first on, each of them whole. They
   * arrive while the session lives and the connection is not reset.
   */
  readonly taken: number;

  /** An error whose cause says what has cut the others off. */
  constructor(taken: number, cause: unknown) {
    super(
      `Cannot send all: it ended after ${taken} messages: ${reasonOf(cause)}`,
      { cause },
    );
    this.taken = taken;
  }
}
