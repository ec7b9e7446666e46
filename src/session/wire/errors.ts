/**
 * The errors of the wire format.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";
import { ErrorCode } from "./protocol.ts";

/** The logical connection was closed on this side. */
export class ConnectionClosedError extends TroupeError {}

/** The other side has broken the protocol, and its socket was closed. */
export class ProtocolError extends TroupeError {
  /** The code that the other side is sent. */
  readonly code: ErrorCode;

  /** An error with the code that the other side is sent. */
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
