/**
 * Timers that fire when they should: those of the platform fire a millisecond or
 * two late.
 *
 * @module
 */
import { clearImmediate, setImmediate } from "node:timers";
import { type Clock, realClock, type Timer } from "../../actor/mod.ts";

/**
 * How long before its time a timer of the platform is asked to fire, in
 * milliseconds: it is late by 1.2 on average, and rarely by more than this.
 */
const EARLY_MS = 2;
/** Turns of the event loop that take longer have done something else. */
const IDLE_TURN_MS = 0.02;

/**
 * Waits for one moment after another, as exactly as the event loop allows. It
 * sleeps until shortly before, and then lets the event loop turn, which goes on
 * with whatever else there is to do, until the time has come.
 */
export class PunctualTimer implements Disposable {
  readonly #clock: Clock;
  readonly #callback: () => void;
  readonly #onIdle: (ms: number) => void;
  #timer: Timer | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #atMs = 0;
  #turnedMs = 0;
  #idleMs = 0;

  /**
   * Creates a timer that is not set; times are those of the clock.
   *
   * @param onIdle Called before the callback, with the milliseconds in which the
   * event loop only turned: the processor was busy, but not with work.
   */
  constructor(
    clock: Clock,
    callback: () => void,
    onIdle: (ms: number) => void,
  ) {
    this.#clock = clock;
    this.#callback = callback;
    this.#onIdle = onIdle;
  }

  /** Sets the timer, which is set no longer when it calls back. */
  set(atMs: number): void {
    this.#atMs = atMs;
    const delayMs = atMs - this.#clock.now();
    if (this.#clock !== realClock) {
      // Others take whole milliseconds: rounded down, it would be too early.
      return this.#sleep(Math.ceil(delayMs), this.#callback);
    }
    // A timer of less than a millisecond would fire after one.
    const sleepMs = Math.floor(delayMs - EARLY_MS);
    if (sleepMs >= 1) this.#sleep(sleepMs, this.#startTurning);
    else this.#startTurning();
  }

  #sleep(delayMs: number, callback: () => void): void {
    this.#timer = this.#clock.schedule(delayMs, callback);
  }

  readonly #startTurning = (): void => {
    this.#turnedMs = this.#clock.now();
    this.#idleMs = 0;
    this.#turn();
  };

  readonly #turn = (): void => {
    const now = this.#clock.now();
    this.#idleMs += Math.min(now - this.#turnedMs, IDLE_TURN_MS);
    this.#turnedMs = now;
    if (now >= this.#atMs) {
      this.#onIdle(this.#idleMs);
      return this.#callback();
    }
    this.#immediate = setImmediate(this.#turn);
  };

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    clearImmediate(this.#immediate);
  }
}
