/**
 * Failures of a child one after the other, for the delays between its restarts.
 *
 * @module
 */
import { backoffDelayMs, type ResolvedBackoff } from "./backoff.ts";

/**
 * Counts the failures of one kind since the child was last healthy, and knows
 * since when the child has not been up.
 */
export class FailureStreak {
  #count = 0;
  #since: number | undefined;

  /**
   * Counts a failure after `healthyMs` of being up, which is below 0 if the
   * start has failed. Returns the delay before the next try, in milliseconds.
   */
  add(now: number, healthyMs: number, backoff: ResolvedBackoff): number {
    if (healthyMs >= backoff.resetAfterMs) this.#count = 0;
    if (this.#count === 0) this.#since = undefined;
    this.#since ??= now;
    return backoffDelayMs(backoff, this.#count++);
  }

  /** The child is up, whatever becomes of it. */
  up(): void {
    this.#since = undefined;
  }

  /** Returns the milliseconds since the first failure after it was last up. */
  durationMs(now: number): number {
    return now - (this.#since ?? now);
  }
}
