/**
 * The errors that users of the TCP layer catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import type { ErrorCode } from "./wire/protocol.ts";

/** No session with the address could be made; see `cause`. */
export class ConnectError extends TroupeError {}

/** The handshake took too long. */
export class HandshakeTimeoutError extends TroupeError {}

/** The peer has given no sign of life; its socket is closed. */
export class KeepAliveError extends TroupeError {}

/** The session below a logical connection has ended; see `cause`. */
export class SessionLostError extends TroupeError {
  /** The code with which it was ended; `undefined` if nobody said anything. */
  readonly code: ErrorCode | number | undefined;
  /** Milliseconds after which the peer may be asked again; 0 for at once. */
  readonly retryAfterMs: number;

  /** An error with what the peer said, if it said anything. */
  constructor(
    message: string,
    options?: ErrorOptions & {
      readonly code?: number;
      readonly retryAfterMs?: number;
    },
  ) {
    super(message, options);
    this.code = options?.code;
    this.retryAfterMs = options?.retryAfterMs ?? 0;
  }
}

/**
 * The socket was lost, and the session could not be resumed on another: the
 * peer was out of reach for too long, or the process that had it is gone. What
 * was sent and not answered may have arrived or not.
 */
export class ResumeLostError extends SessionLostError {}

export { ConnectionClosedError } from "./wire/errors.ts";

/** The other side ended the logical connection at once. */
export class ConnectionResetError extends TroupeError {
  /** Why; one of `ErrorCode`, or a number that a newer peer knows. */
  readonly code: ErrorCode | number;

  /** An error with the peer's code. */
  constructor(message: string, code: ErrorCode | number) {
    super(message);
    this.code = code;
  }
}

/**
 * The other side did not want the logical connection: nothing that was sent on
 * it was looked at, so it can be tried again.
 */
export class ConnectionRefusedError extends ConnectionResetError {}
