/**
 * The delay before the next try, as pure functions.
 *
 * @module
 */
import {
  checkFunction,
  checkOptionNames,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";

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
  /**
   * Returns the part of its upper limit that a delay takes, from 0 to below 1.
   * Tests pass one that they control, such as `() => 0.5`.
   * @default {Math.random}
   */
  readonly random?: () => number;
}

/** {@linkcode BackoffOptions} with defaults filled in. */
export type ResolvedBackoff = Required<BackoffOptions>;

const DEFAULTS = {
  initialMs: 100,
  maxMs: 10_000,
  resetAfterMs: 60_000,
};

const RANGES: Record<keyof typeof DEFAULTS, NumberRange> = {
  initialMs: { min: 0 },
  maxMs: { min: 0 },
  resetAfterMs: { min: 0 },
};

const NAMES: OptionNames<BackoffOptions> = {
  initialMs: true,
  maxMs: true,
  resetAfterMs: true,
  random: true,
};

/**
 * Checks the options once. A `maxMs` below the default of `initialMs` is the
 * limit of the first delay too.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a number is negative or `NaN`, or a given `initialMs`
 * is above `maxMs`.
 */
export function resolveBackoff(options: BackoffOptions = {}): ResolvedBackoff {
  checkOptionNames("backoff", options, NAMES);
  // Read when it is called: a test may have replaced it meanwhile.
  const { random = () => Math.random(), ...numbers } = options;
  checkFunction("random", random);
  const resolved = resolveNumbers(numbers, DEFAULTS, RANGES);
  const { initialMs, maxMs } = resolved;
  if (options.initialMs !== undefined && initialMs > maxMs) {
    throw new RangeError(
      `Cannot use initialMs: it is ${initialMs}, it must be at most maxMs, which is ${maxMs}`,
    );
  }
  return { ...resolved, random };
}

/**
 * Returns the delay in milliseconds before try `attempt` (from 0): a uniform
 * random part of min(maxMs, initialMs × 2^attempt). "Full jitter" as in Marc
 * Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
 */
export function backoffDelayMs(
  backoff: ResolvedBackoff,
  attempt: number,
  random: () => number = backoff.random,
): number {
  // Above any limit, and below Infinity: 0 × Infinity is NaN.
  const factor = 2 ** Math.min(attempt, 64);
  return random() * Math.min(backoff.maxMs, backoff.initialMs * factor);
}
