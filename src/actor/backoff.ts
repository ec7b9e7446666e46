/**
 * How long to wait before the next try: pure decisions.
 *
 * @module
 */
import { type NumberRange, resolveNumbers } from "../checks/internal.ts";

/** Exponential back-off with full jitter. */
export interface BackoffOptions {
  /**
   * Milliseconds, the ceiling of the first delay.
   * @default {100}
   */
  readonly initialMs?: number;
  /**
   * Milliseconds, the ceiling of any delay.
   * @default {10000}
   */
  readonly maxMs?: number;
  /**
   * Milliseconds without a failure after which the count begins anew.
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
 * The delay in milliseconds before try `attempt` (from 0): a uniformly random
 * part of min(maxMs, initialMs × 2^attempt). "Full jitter" as in Marc
 * Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
 */
export function backoffDelayMs(
  backoff: ResolvedBackoff,
  attempt: number,
  random: () => number = Math.random,
): number {
  // Beyond any cap, and short of Infinity: nothing × Infinity is no number.
  const factor = 2 ** Math.min(attempt, 64);
  return random() * Math.min(backoff.maxMs, backoff.initialMs * factor);
}
