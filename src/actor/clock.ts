/**
 * The source of time of an actor system, which tests can replace.
 *
 * @module
 */
import { checkFunction, checkObject } from "../checks/internal.ts";

/** A timer that was set on a {@linkcode Clock}. */
export interface Timer {
  /** Cancels the timer, so that its callback is never called. */
  cancel(): void;
  /** Keeps the process alive while the timer waits, as it does at first. */
  ref(): void;
  /** Lets the process exit although the timer waits. */
  unref(): void;
}

/** The source of time and timers of a system. */
export interface Clock {
  /** Returns the milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls `callback` once, after at least `delayMs` milliseconds. */
  schedule(delayMs: number, callback: () => void): Timer;
}

/**
 * Checks that an option is a clock.
 *
 * @throws {TypeError} if the value is anything else.
 */
export function checkClock(name: string, value: unknown): void {
  // A class with static methods is a clock, too.
  if (typeof value !== "function") {
    checkObject(name, value, "a clock, such as realClock");
  }
  const { now, schedule } = value as Partial<Clock>;
  checkFunction(`${name}.now`, now);
  checkFunction(`${name}.schedule`, schedule);
}

/** The longest delay that `setTimeout` takes: 2³¹ − 1 ms, about 24.8 days. */
const MAX_DELAY_MS = 2 ** 31 - 1;

class RealTimer implements Timer {
  #timeout!: ReturnType<typeof setTimeout>;
  readonly #callback: () => void;

  constructor(delayMs: number, callback: () => void) {
    this.#callback = callback;
    this.#set(delayMs);
  }

  #set(delayMs: number): void {
    this.#timeout = delayMs > MAX_DELAY_MS
      ? setTimeout(() => this.#set(delayMs - MAX_DELAY_MS), MAX_DELAY_MS)
      // A moment that has passed meanwhile is now: Node warns of what is negative.
      : setTimeout(this.#callback, Math.max(delayMs, 0));
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }

  ref(): void {
    this.#timeout.ref?.();
  }

  unref(): void {
    // A browser has numbers for timers, and no process to keep.
    this.#timeout.unref?.();
  }
}

/** The real clock, made of `performance.now` and `setTimeout`. */
export const realClock: Clock = {
  now: () => performance.now(),
  schedule: (delayMs, callback) => new RealTimer(delayMs, callback),
};
