/**
 * The deadline of a close, which starts again with each progress: a peer that
 * reads slowly gets everything, and one that does nothing is not waited for.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";

/** Looks at the progress within the time: it may take that much longer. */
const LOOKS = 4;

/** Watches over one close until it is stopped. */
export class CloseDeadline {
  readonly #clock: Clock;
  readonly #stepMs: number;
  readonly #progress: () => number;
  readonly #onDue: () => void;
  #timer: Timer;
  #last: number;
  /** Looks in a row that found no progress. */
  #idle = 0;

  /**
   * @param closeMs Milliseconds without progress after which `onDue` is called;
   * it may take a quarter longer.
   * @param progress Returns a number that is another one after each progress.
   */
  constructor(
    clock: Clock,
    closeMs: number,
    progress: () => number,
    onDue: () => void,
  ) {
    this.#clock = clock;
    this.#stepMs = closeMs / LOOKS;
    this.#progress = progress;
    this.#onDue = onDue;
    this.#last = progress();
    this.#timer = this.#schedule();
  }

  /** Stops watching; safe to call twice. */
  stop(): void {
    this.#timer.cancel();
  }

  #schedule(): Timer {
    return this.#clock.schedule(this.#stepMs, () => this.#look());
  }

  #look(): void {
    const progress = this.#progress();
    this.#idle = progress === this.#last ? this.#idle + 1 : 0;
    this.#last = progress;
    if (this.#idle === LOOKS) this.#onDue();
    else this.#timer = this.#schedule();
  }
}
