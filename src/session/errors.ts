/**
 * The errors of sessions and logical connections that users catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import type { ErrorCode } from "./wire/protocol.ts";

/** No session with the address could be started; see `cause`. */
export class ConnectError extends TroupeError {}

/** The handshake took too long. */
export class HandshakeTimeoutError extends TroupeError {}

/** The peer has given no sign of life, and its socket was closed. */
export class KeepAliveError extends TroupeError {}

/**
 * The socket that carried a session has ended: the peer has closed it, it broke,
 * or the peer refused it. The session goes on over another one: this is the cause
 * of its being `resuming`, and no connection fails with it.
 */
export class SocketLostError extends TroupeError {}

/** The session below a logical connection has ended; see `cause`. */
export class SessionLostError extends TroupeError {
  /**
   * The code with which one of the sides has ended the session: one of
   * `ErrorCode`, or a number that a newer peer knows; `undefined` if it ended
   * without a word.
   */
  readonly code: ErrorCode | number | undefined;
  /**
   * Milliseconds after which the peer may be connected to again, 0 to
   * 2³² − 1; 0 for at once.
   */
  readonly retryAfterMs: number;

  /** An error with the code and the delay of a GOAWAY, if there was one. */
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
 * peer was out of reach for too long, or its process is gone. What was sent and
 * not replied to may have arrived or not.
 */
export class ResumeLostError extends SessionLostError {}

export { ConnectionClosedError } from "./wire/errors.ts";

/** The other side has reset the logical connection. */
export class ConnectionResetError extends TroupeError {
  /** The code of the peer, one of `ErrorCode` or a number of a newer peer. */
  readonly code: ErrorCode | number;

  /** An error with the code of the peer. */
  constructor(message: string, code: ErrorCode | number) {
    super(message);
    this.code = code;
  }
}

/**
 * The other side has refused the logical connection. It has processed nothing
 * that was sent on it, so all of it can be sent again on another one.
 */
export class ConnectionRefusedError extends ConnectionResetError {}
