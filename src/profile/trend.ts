/**
 * Trends that single values cannot bend: Theil–Sen slopes and the
 * Mann–Kendall test.
 *
 * @module
 */
import { normalCdf } from "../stats/internal.ts";

/** A value at some place, such as a time. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The median of the slopes between all pairs (Sen, 1968), in units of `y` per
 * unit of `x`; `null` when no two points differ in `x`. It takes time and
 * memory in the square of the number of points.
 */
export function theilSenSlope(points: readonly Point[]): number | null {
  const slopes: number[] = [];
  points.forEach((a, index) => {
    for (let next = index + 1; next < points.length; next++) {
      const b = points[next];
      if (b !== undefined && b.x !== a.x) {
        slopes.push((b.y - a.y) / (b.x - a.x));
      }
    }
  });
  return medianOf(slopes);
}

/** The median; `null` of nothing. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = Float64Array.from(values).sort();
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) return null;
  return lower + (upper - lower) / 2;
}

/**
 * The probability that values without a trend rise as clearly as these do, or
 * more: the one-sided Mann–Kendall test, with the correction for ties and for
 * continuity. The normal approximation is good from 10 values on; values that
 * depend on those before them make it too small.
 */
export function risingPValue(values: readonly number[]): number {
  const n = values.length;
  let balance = 0;
  values.forEach((a, index) => {
    for (let next = index + 1; next < n; next++) {
      balance += Math.sign((values[next] ?? a) - a);
    }
  });
  let variance = n * (n - 1) * (2 * n + 5);
  for (const { length } of Map.groupBy(values, (value) => value).values()) {
    variance -= length * (length - 1) * (2 * length + 5);
  }
  // All are the same.
  if (variance <= 0) return 1;
  const corrected = balance - Math.sign(balance);
  return normalCdf(-corrected / Math.sqrt(variance / 18));
}
