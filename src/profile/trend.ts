/**
 * Trends that are robust against outliers: Theil–Sen slopes and the
 * Mann–Kendall test.
 *
 * @module
 */
import { normalCdf } from "../stats/internal.ts";

/** A value `y` at some `x`, such as a time. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Returns the median of the slopes between all pairs of points (Sen, 1968), in
 * units of `y` per unit of `x`; `null` if no two points differ in `x`. Time and
 * memory grow with the square of the number of points.
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

/** Returns the median; `null` if there are no values. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = Float64Array.from(values).sort();
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) return null;
  return lower + (upper - lower) / 2;
}

/**
 * Returns the probability that values without a trend rise at least as clearly
 * as these do: the one-sided Mann–Kendall test, corrected for ties and for
 * continuity. The normal approximation is good from 10 values on; it is too
 * small if values depend on earlier ones.
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
  // All values are equal.
  if (variance <= 0) return 1;
  const corrected = balance - Math.sign(balance);
  return normalCdf(-corrected / Math.sqrt(variance / 18));
}
