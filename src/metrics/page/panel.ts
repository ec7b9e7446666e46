/**
 * What one chart shows.
 *
 * @module
 */
import type { Values } from "./series.ts";

/** What one chart shows of items, such as snapshots. */
export interface Panel<T> {
  readonly title: string;
  /** The unit of all its values; `bytes` and `bytes/s` are scaled. */
  readonly unit: string;
  /**
   * A line that is drawn wider and behind the others, so that both are seen
   * where they are the same.
   */
  readonly behind?: string;
  /**
   * Whether the axis of values is logarithmic, for times of which one stall
   * would flatten the rest.
   * @default {false}
   */
  readonly isLogarithmic?: boolean;
  /** Returns the next values, from an item and the one before it. */
  read(now: T, before: T | undefined): Values;
}

/**
 * Returns the rate per second; unknown at the start, and where a counter
 * restarted.
 */
export function rate(
  now: number | null | undefined,
  before: number | null | undefined,
  ms: number,
): number | null {
  if (typeof now !== "number" || typeof before !== "number") return null;
  if (ms <= 0 || now < before) return null;
  return (now - before) / ms * 1000;
}
