/**
 * The errors that users of the TCP layer catch.
 *
 * @module
 */
import { TroupeError } from "../actor/errors.ts";
import type { ErrorCode } from "../wire/protocol.ts";

/** No session with the address could be made; see `cause`. */
export class ConnectError extends TroupeError {}

/** The handshake took too long. */
export class HandshakeTimeoutError extends TroupeError {}

/** The session below a logical connection has ended; see `cause`. */
export class SessionLostError extends TroupeError {
  /** The code with which the peer ended it; `undefined` if it said nothing. */
  readonly code: ErrorCode | number | undefined;

  /** An error with the peer's code, if it gave one. */
  constructor(
    message: string,
    options?: ErrorOptions & { readonly code?: number },
  ) {
    super(message, options);
    this.code = options?.code;
  }
}

export { ConnectionClosedError } from "../wire/errors.ts";

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
