/**
 * The errors of authentication. None has a password, a token or a hash in it.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";

/**
 * The account or its password is wrong, or its rule does not let it in. It does
 * not say which.
 */
export class WrongCredentialsError extends TroupeError {}

/**
 * A token was not issued by this store, has ended or was used, or its account
 * has changed since. It does not say which.
 */
export class InvalidTokenError extends TroupeError {}

/** An account, or an address, has tried too often. */
export class TooManyTriesError extends TroupeError {
  /** Milliseconds after which the next try is allowed. */
  readonly retryAfterMs: number;

  /** Creates the error with the time to wait. */
  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Too many passwords wait for their hash, or too many mails to be sent. */
export class AuthBusyError extends TroupeError {
  /** Milliseconds after which to try again. */
  readonly retryAfterMs: number;

  /** Creates the error with the time to wait. */
  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
