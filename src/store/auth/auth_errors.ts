/**
 * The errors of authentication. None has a password, a token or a hash in it.
 *
 * @module
 */
import { StoreBusyError, StoreError } from "../errors.ts";

/** The account or its password is wrong; it does not say which. */
export class WrongCredentialsError extends StoreError {}

/**
 * A token was not issued by this store, has ended or was used, or its account
 * has changed since; it does not say which.
 */
export class InvalidTokenError extends StoreError {}

/** An account, or a network, has tried too often. */
export class TooManyTriesError extends StoreError {
  /** Milliseconds after which the next try is allowed. */
  readonly retryAfterMs: number;

  /** Creates the error with the time to wait. */
  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Too many passwords wait for their hash, or too many mails to be sent. */
export class AuthBusyError extends StoreBusyError {
  /** Milliseconds after which to try again. */
  readonly retryAfterMs: number;

  /** Creates the error with the time to wait. */
  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
