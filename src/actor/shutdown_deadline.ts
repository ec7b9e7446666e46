/**
 * The deadline of an actor that was asked to stop.
 *
 * @module
 */
import { Deadline } from "./deadlines.ts";

/** Default milliseconds from a stop to a kill, as in OTP. */
export const DEFAULT_SHUTDOWN_MS = 5000;

/** The part of an actor that its deadline uses. */
interface Stoppable {
  reportKilled(): void;
  kill(): void;
}

/** Kills an actor that has not stopped in time. */
export class ShutdownDeadline extends Deadline {
  readonly #actor: Stoppable;

  constructor(actor: Stoppable) {
    super();
    this.#actor = actor;
  }

  expire(): void {
    this.#actor.reportKilled();
    this.#actor.kill();
  }
}
