/**
 * A clock that stands still until a test moves it.
 *
 * @module
 */
import {
  type ActorSystem,
  type Clock,
  type Timer,
  TroupeError,
} from "../actor/mod.ts";
import {
  checkFunction,
  checkMethods,
  checkNoArguments,
  checkNumber,
} from "../checks/internal.ts";

/** How often timers may be due again at one moment: no program needs more. */
const MAX_HALTS = 1000;

/** A timer of a {@linkcode ManualClock}. */
class ManualTimer implements Timer {
  readonly dueAt: number;
  readonly callback: () => void;
  readonly #timers: Set<ManualTimer>;
  /** Whether this timer would keep the process alive. */
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
 * A clock that a test moves by hand, together with all timers set on it. They
 * fire in order of time, and in the order in which they were set for the same
 * moment.
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

  /**
   * Creates a clock that stands at 0; `advance` sets it to another time.
   *
   * @throws {TypeError} if an argument is given: there are none.
   */
  constructor() {
    checkNoArguments("ManualClock", arguments);
  }

  /** How many timers are set at the moment. */
  get pending(): number {
    return this.#timers.size;
  }

  /** How many of the timers would keep the process alive. */
  get holding(): number {
    return [...this.#timers].filter((timer) => timer.holds).length;
  }

  /** Returns the current moment in milliseconds, from 0 at first. */
  now(): number {
    return this.#now;
  }

  /**
   * Sets a timer, which fires when the clock is moved to its moment. A delay
   * that is negative or `NaN` counts as 0.
   *
   * @throws {TypeError} if `callback` is not a function.
   */
  schedule(delayMs: number, callback: () => void): Timer {
    checkFunction("callback", callback);
    // As `setTimeout` does.
    const dueAt = this.#now + (delayMs > 0 ? delayMs : 0);
    return new ManualTimer(this.#timers, dueAt, callback);
  }

  /**
   * Moves the time forward by `ms` milliseconds, and fires the timers that are
   * due on the way. Actors handle the messages of their timers afterwards, when
   * the test awaits something: a timer that a handler then sets counts from the
   * end of this move.
   *
   * @throws {TypeError} if `ms` is not a number.
   * @throws {RangeError} if `ms` is negative or not finite.
   */
  advance(ms: number): void {
    checkNumber("ms", ms, { min: 0, finite: true });
    const end = this.#now + ms;
    let timer: ManualTimer | undefined;
    while ((timer = this.#next()) !== undefined && timer.dueAt <= end) {
      this.#now = Math.max(this.#now, timer.dueAt);
      timer.cancel();
      timer.callback();
    }
    // A callback may have moved it further.
    this.#now = Math.max(this.#now, end);
  }

  /**
   * Moves the time forward as `advance` does, but lets the actors of `systems`
   * do all that they can before each timer fires, and after the last one. So
   * what a timer leads to happens at its moment: a ping, for instance, has its
   * reply before the time for the reply is over.
   *
   * @throws {TypeError} as a rejection, if `ms` is not a number, or one of
   * `systems` is not an actor system.
   * @throws {RangeError} as a rejection, if `ms` is negative or not finite.
   * @throws {TroupeError} as a rejection, if time comes to a halt: at one moment
   * timers fire over and over, such as those of a back-off of 0.
   */
  async advanceAsync(
    ms: number,
    ...systems: readonly ActorSystem[]
  ): Promise<void> {
    checkNumber("ms", ms, { min: 0, finite: true });
    for (const system of systems) {
      checkMethods("one of systems", system, ["idle"], "an ActorSystem");
    }
    const end = this.#now + ms;
    await allIdle(systems);
    let timer: ManualTimer | undefined;
    let halts = 0;
    while ((timer = this.#next()) !== undefined && timer.dueAt <= end) {
      const step = Math.max(0, timer.dueAt - this.#now);
      halts = step > 0 ? 0 : halts + 1;
      if (halts > MAX_HALTS) {
        throw new TroupeError(
          `Cannot move the clock beyond ${this.#now} ms: each timer that fires sets another for this moment, give it a delay`,
        );
      }
      this.advance(step);
      await allIdle(systems);
    }
    this.advance(Math.max(0, end - this.#now));
    await allIdle(systems);
  }

  #next(): ManualTimer | undefined {
    let next: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.dueAt < next.dueAt) next = timer;
    }
    return next;
  }
}

/** Waits twice: what one system does may give another something to do. */
async function allIdle(systems: readonly ActorSystem[]): Promise<void> {
  for (const system of [...systems, ...systems]) await system.idle();
}
