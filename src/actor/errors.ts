/**
 * The errors that callers of the actor layer catch.
 *
 * @module
 */

/** The root of every error that Troupe raises on purpose. */
export class TroupeError extends Error {
  /** An error with a message that tells what to do, and the cause if any. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An ask had no answer within its time-out. */
export class AskTimeoutError extends TroupeError {}

/** A message or an ask could not reach an actor that has stopped. */
export class ActorStoppedError extends TroupeError {}

/** An ask's target crashed while it handled the request; see `cause`. */
export class ActorFailedError extends TroupeError {}

/** A bounded mailbox refused or dropped the request of an ask. */
export class MailboxFullError extends TroupeError {}

/** A supervisor gave up: its children failed too often within its window. */
export class RestartLimitError extends TroupeError {}

/**
 * A peer is not there: refused, reset, timed out. An actor that fails with it
 * is tried again by its supervisor for as long as the options say, and that
 * does not count as a failure of ours.
 */
export class UnavailableError extends TroupeError {}
