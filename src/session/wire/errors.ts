/**
 * The errors of the wire layer.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";
import { ErrorCode } from "./protocol.ts";

/** The logical connection was closed on this side. */
export class ConnectionClosedError extends TroupeError {}

/** The other side broke the protocol; its socket is closed. */
export class ProtocolError extends TroupeError {
  /** What it broke. */
  readonly code: ErrorCode;

  /** An error with the code that the other side is told. */
  constructor(message: string, code: ErrorCode = ErrorCode.PROTOCOL) {
    super(message);
    this.code = code;
  }
}

/** The socket ended in the middle of a frame or before the handshake. */
export class TruncatedError extends ProtocolError {}
