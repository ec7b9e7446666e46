/**
 * A program and its output end one after the other: the wait from one end to
 * the other.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock, Timer } from "../actor/mod.ts";
import type { OutputRing } from "./output_ring.ts";

/**
 * Milliseconds from one end to the other after which the wait is over: another
 * process has the terminal open, or the program lives on without it.
 */
const OTHER_END_MS = 1000;

/** Calls back when the other end has not come for a second. */
export class OtherEndTimer {
  readonly #clock: Clock;
  readonly #ring: OutputRing;
  readonly #overdue: (progress: boolean) => void;
  #timer: Timer | undefined;

  /** A timer that calls `overdue`, with whether there was output meanwhile. */
  constructor(
    clock: Clock,
    ring: OutputRing,
    overdue: (progress: boolean) => void,
  ) {
    this.#clock = clock;
    this.#ring = ring;
    this.#overdue = overdue;
  }

  /** Starts to wait, from now on. */
  start(): void {
    this.#timer?.cancel();
    const { end } = this.#ring;
    const timer = this.#clock.schedule(OTHER_END_MS, () => {
      // Output that came while this process was busy is read first.
      setImmediate(() => {
        if (this.#timer === timer) this.#overdue(this.#ring.end > end);
      });
    });
    this.#timer = timer;
  }

  /** Ends the wait. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
