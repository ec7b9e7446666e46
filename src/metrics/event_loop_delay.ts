/**
 * How late timers fire.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import { Distribution } from "./distribution.ts";
import type { EventLoopMetrics } from "./snapshot.ts";

/**
 * Milliseconds of the timer, by which a blocked thread may seem to be blocked
 * for less time than it is.
 */
const TICK_MS = 10;

/**
 * Sets a short timer over and over, and records how late it fires. It does not
 * keep the process alive.
 */
export class EventLoopDelay implements Disposable {
  readonly #clock: Clock;
  readonly #delays = new Distribution();
  #timer: Timer;

  /** Starts at once. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#timer = this.#tick();
  }

  #tick(): Timer {
    const dueAt = this.#clock.now() + TICK_MS;
    const timer = this.#clock.schedule(TICK_MS, () => {
      this.#delays.record(this.#clock.now() - dueAt);
      this.#timer = this.#tick();
    });
    timer.unref();
    return timer;
  }

  /** Returns the delays since the last call; `null` if no timer was due. */
  read(): EventLoopMetrics | null {
    const delayP50Ms = this.#delays.quantile(0.5);
    const delayP99Ms = this.#delays.quantile(0.99);
    const delayMaxMs = this.#delays.quantile(1);
    this.#delays.reset();
    if (delayP50Ms === null || delayP99Ms === null || delayMaxMs === null) {
      return null;
    }
    return { delayP50Ms, delayP99Ms, delayMaxMs };
  }

  /** Stops the timer. */
  [Symbol.dispose](): void {
    this.#timer.cancel();
  }
}
