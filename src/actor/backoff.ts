/**
 * The delay before the next try, as pure functions.
 *
 * @module
 */
import { type NumberRange, resolveNumbers } from "../checks/internal.ts";

/** Options of an exponential back-off with full jitter. */
export interface BackoffOptions {
  /**
   * Upper limit of the first delay, in milliseconds, 0 or more.
   * @default {100}
   */
  readonly initialMs?: number;
  /**
   * Upper limit of every delay, in milliseconds, 0 or more.
   * @default {10000}
   */
  readonly maxMs?: number;
  /**
   * Milliseconds without a failure after which the delays start over, 0 or
   * more.
   * @default {60000}
   */
  readonly resetAfterMs?: number;
}

/** {@linkcode BackoffOptions} with defaults filled in. */
export type ResolvedBackoff = Required<BackoffOptions>;

const DEFAULTS: ResolvedBackoff = {
  initialMs: 100,
  maxMs: 10_000,
  resetAfterMs: 60_000,
};

const RANGES: Record<keyof BackoffOptions, NumberRange> = {
  initialMs: { min: 0 },
  maxMs: { min: 0 },
  resetAfterMs: { min: 0 },
};

/** Checks the options once. */
export function resolveBackoff(options: BackoffOptions = {}): ResolvedBackoff {
  return resolveNumbers(options, DEFAULTS, RANGES);
}

/**
 * Returns the delay in milliseconds before try `attempt` (from 0): a uniform
 * random part of min(maxMs, initialMs × 2^attempt). "Full jitter" as in Marc
 * Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
 */
export function backoffDelayMs(
  backoff: ResolvedBackoff,
  attempt: number,
  random: () => number = Math.random,
): number {
  // Above any limit, and below Infinity: 0 × Infinity is NaN.
  const factor = 2 ** Math.min(attempt, 64);
  return random() * Math.min(backoff.maxMs, backoff.initialMs * factor);
}
