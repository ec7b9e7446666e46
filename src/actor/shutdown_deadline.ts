/**
 * The end of an actor's time to stop.
 *
 * @module
 */
import { Deadline } from "./deadlines.ts";

/** What a deadline does to an actor. */
interface Stoppable {
  reportKilled(): void;
  kill(): void;
}

/** Kills an actor that did not stop in time. */
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
