/**
 * Published samples, and how results are compared with published ones.
 *
 * @module
 */
import { assert } from "@std/assert";

/** Makes sure that two numbers are no farther apart than `tolerance`. */
export function assertNear(
  actual: number,
  expected: number,
  tolerance: number,
): void {
  assert(
    Math.abs(actual - expected) <= tolerance,
    `${actual} is not ${expected} within ${tolerance}`,
  );
}

/** Hamilton depression scale before and after (Hollander and Wolfe, 1973). */
export const HAMILTON: readonly number[] = [
  0.952,
  -0.147,
  1.022,
  0.43,
  0.62,
  0.59,
  0.49,
  -0.08,
  0.01,
];

/** Darwin's maize, crossed less self-fertilised, in inches (Fisher, 1935). */
export const DARWIN: readonly number[] = [
  49,
  -67,
  8,
  16,
  6,
  23,
  28,
  41,
  14,
  29,
  56,
  24,
  75,
  60,
  -48,
].map((eighths) => eighths / 8);
