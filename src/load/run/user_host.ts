/**
 * What virtual users report to: the pool of users.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { Attempt } from "./attempt.ts";
import type { Failure } from "./error_tally.ts";
import type { VirtualUser } from "./virtual_user.ts";

/** The owner of users, to which they report. */
export interface UserHost {
  readonly clock: Clock;
  /** Aborts when no teardown may go on. */
  readonly teardownSignal: AbortSignal;
  /** Returns milliseconds, of the clock of the run. */
  now(): number;
  /** Called when an operation has been assigned. */
  onStarted(): void;
  /** Returns the phase of an operation, and the time of the load. */
  placeOf(attempt: Attempt): Pick<Failure, "phase" | "atMs">;
  /** Called when an operation has ended; the times count only if it is `ok`. */
  onEnded(attempt: Attempt): void;
  /** Called when a user may be given something to do. */
  onIdle(user: VirtualUser): void;
  /** Called when something could not be closed. */
  onCloseError(error: unknown): void;
  /** Called when the teardown of a user has failed. */
  onTeardownError(error: unknown): void;
}
