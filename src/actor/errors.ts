/**
 * The errors that callers of the actor layer catch.
 *
 * @module
 */

/** The base class of every error that Troupe raises on purpose. */
export class TroupeError extends Error {
  /** Creates an error with a message that says what to do, and a cause. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An ask had no reply within its time-out. */
export class AskTimeoutError extends TroupeError {}

/**
 * An actor has stopped: asks of it reject, and its signal aborts, with this.
 */
export class ActorStoppedError extends TroupeError {}

/** An actor crashed while it handled an ask; the crash is the `cause`. */
export class ActorFailedError extends TroupeError {}

/** A bounded mailbox refused or dropped the request of an ask. */
export class MailboxFullError extends TroupeError {}

/** A supervised actor has not started within its `startMs`. */
export class StartTimeoutError extends TroupeError {}

/** A supervisor gave up because its children failed too often in its window. */
export class RestartLimitError extends TroupeError {}

/**
 * A peer is unavailable: it refused, reset or timed out. Throw it in an actor
 * to say so: its supervisor restarts the actor for as long as its
 * `unavailable` options allow, and does not count this as a failure.
 */
export class UnavailableError extends TroupeError {}
