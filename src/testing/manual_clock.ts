/**
 * A clock that stands still until a test moves it.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/clock.ts";

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
 * A clock that a test moves by hand, with all timers of a system. They fire in
 * order of time, those of the same moment in the order in which they were set.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { ManualClock, Probe } from "@troupe/troupe/testing";
 *
 * const clock = new ManualClock();
 * await using system = new ActorSystem({ clock });
 * const probe = new Probe<string>(system);
 * system.spawn((context) => {
 *   context.after(60_000, undefined);
 *   return { receive: () => void probe.ref.tell("a minute later") };
 * });
 * await system.idle();
 * clock.advance(60_000);
 * console.assert(await probe.expectMessage() === "a minute later");
 * ```
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

  /** The moment at which it stands, in milliseconds. */
  now(): number {
    return this.#now;
  }

  /** Sets a timer, which fires when the clock is moved past its moment. */
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
