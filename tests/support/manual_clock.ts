/**
 * A clock that stands still until a test moves it.
 *
 * @module
 */
import type { Clock, Timer } from "../../src/actor/clock.ts";

/** A timer of a {@linkcode ManualClock}. */
class ManualTimer implements Timer {
  readonly dueAt: number;
  readonly callback: () => void;
  readonly #timers: Set<ManualTimer>;
  /** Whether it would keep the process alive. */
  holds = true;

  constructor(timers: Set<ManualTimer>, dueAt: number, callback: () => void) {
    this.#timers = timers;
    this.dueAt = dueAt;
    this.callback = callback;
    timers.add(this);
  }

  cancel(): void {
    this.#timers.delete(this);
  }

  ref(): void {
    this.holds = true;
  }

  unref(): void {
    this.holds = false;
  }
}

/**
 * A clock that a test moves by hand. Timers fire in order of time, those of
 * the same moment in the order in which they were set.
 */
export class ManualClock implements Clock {
  readonly #timers = new Set<ManualTimer>();
  #now = 0;

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** How many of them would keep the process alive. */
  get holding(): number {
    return [...this.#timers].filter((timer) => timer.holds).length;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    return new ManualTimer(this.#timers, this.#now + delayMs, callback);
  }

  /** Moves the time on, and fires all that is due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    let timer: ManualTimer | undefined;
    while ((timer = this.#next()) !== undefined && timer.dueAt <= end) {
      this.#now = timer.dueAt;
      timer.cancel();
      timer.callback();
    }
    this.#now = end;
  }

  #next(): ManualTimer | undefined {
    let next: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.dueAt < next.dueAt) next = timer;
    }
    return next;
  }
}
