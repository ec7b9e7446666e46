/**
 * The sliding restart window of OTP's supervisors, as pure functions.
 *
 * @module
 */

import { countFrom, resolveNumbers } from "../checks/internal.ts";

/** How many restarts a supervisor tolerates. */
export interface RestartIntensity {
  /**
   * Number of restarts that are tolerated within the window, 0 or more.
   * @default {3}
   */
  readonly maxRestarts?: number;
  /**
   * Length of the sliding window, in milliseconds, 0 or more.
   * @default {5000}
   */
  readonly withinMs?: number;
}

const DEFAULTS: Required<RestartIntensity> = { maxRestarts: 3, withinMs: 5000 };

/** Checks the options once. */
export function resolveIntensity(
  options: RestartIntensity,
): Required<RestartIntensity> {
  return resolveNumbers(options, DEFAULTS, {
    maxRestarts: countFrom(0),
    withinMs: { min: 0 },
  });
}

/**
 * Adds a restart at `now` to the moments of earlier ones, drops those that
 * have left the window, and returns whether the limit is exceeded.
 */
export function countRestart(
  moments: readonly number[],
  now: number,
  { maxRestarts, withinMs }: Required<RestartIntensity>,
): { readonly moments: readonly number[]; readonly exceeded: boolean } {
  // Nothing to count, and a storm of restarts must not fill the memory.
  if (maxRestarts === Infinity) return { moments: [], exceeded: false };
  const kept = moments.filter((moment) => now - moment <= withinMs);
  kept.push(now);
  return { moments: kept, exceeded: kept.length > maxRestarts };
}
