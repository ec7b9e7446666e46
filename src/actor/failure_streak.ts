/**
 * Failures of a child one after the other, for the delays between its restarts.
 *
 * @module
 */
import { backoffDelayMs, type ResolvedBackoff } from "./backoff.ts";

/** Counts the failures of one kind since the child was last healthy. */
export class FailureStreak {
  #count = 0;
  #since = 0;

  /**
   * Counts a failure after `healthyMs` of life, and returns the delay before
   * the next try, in milliseconds.
   */
  add(now: number, healthyMs: number, backoff: ResolvedBackoff): number {
    if (healthyMs >= backoff.resetAfterMs) this.#count = 0;
    if (this.#count === 0) this.#since = now;
    return backoffDelayMs(backoff, this.#count++);
  }

  /** Returns the milliseconds since the first failure of the streak. */
  durationMs(now: number): number {
    return now - this.#since;
  }
}
