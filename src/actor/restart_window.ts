/**
 * The sliding restart window of OTP's supervisors: pure decisions.
 *
 * @module
 */

/** How many restarts are too many. */
export interface RestartIntensity {
  /**
   * Restarts that are tolerated within the window.
   * @default {3}
   */
  readonly maxRestarts?: number;
  /**
   * Length of the sliding window, in milliseconds.
   * @default {5000}
   */
  readonly withinMs?: number;
}

/** Checks the options once. */
export function resolveIntensity(
  { maxRestarts = 3, withinMs = 5000 }: RestartIntensity,
): Required<RestartIntensity> {
  const resolved = { maxRestarts, withinMs };
  for (const [name, value] of Object.entries(resolved)) {
    if (!(value >= 0)) {
      throw new RangeError(
        `Cannot supervise: ${name} is ${value}, it must be 0 or more`,
      );
    }
  }
  return resolved;
}

/**
 * Adds a restart at `now` to the moments of earlier ones, drops those that
 * have left the window, and tells whether the limit is exceeded.
 */
export function countRestart(
  moments: readonly number[],
  now: number,
  { maxRestarts = 3, withinMs = 5000 }: RestartIntensity,
): { readonly moments: readonly number[]; readonly exceeded: boolean } {
  // Nothing to count; a storm must not fill the memory either.
  if (maxRestarts === Infinity) return { moments: [], exceeded: false };
  const kept = moments.filter((moment) => now - moment <= withinMs);
  kept.push(now);
  return { moments: kept, exceeded: kept.length > maxRestarts };
}
