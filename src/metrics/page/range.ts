/**
 * The time that charts show: a choice of the reader.
 *
 * @module
 */

/** The choices, in seconds. */
export const RANGES: readonly { readonly seconds: number; text: string }[] = [
  { seconds: 60, text: "1 min" },
  { seconds: 300, text: "5 min" },
  { seconds: 900, text: "15 min" },
  { seconds: 3600, text: "1 h" },
  { seconds: Infinity, text: "all" },
];

/** The range of a page that was just opened, in seconds. */
export const DEFAULT_RANGE = 900;

/** The least time on an axis, so that it has labels from the first second. */
export const MIN_SECONDS = 60;

/** The most points of a line. */
export const MAX_POINTS = 900;

/**
 * Returns the two ends of an axis in seconds: what is there since `start`, and
 * the range at most. It is a minute at least, or what it will be at most if that
 * is less, of which the rest is empty.
 */
export function axisEnds(
  start: number,
  end: number,
  range: number,
  least: number = MIN_SECONDS,
): [number, number] {
  const shown = Math.max(least, Math.min(range, end - start));
  if (end - start < shown) return [start, start + shown];
  return [end - shown, end];
}

/**
 * Returns how far apart points must be at least, in seconds, for a range to
 * have its places in a series.
 */
export function stepOf(range: number): number {
  return range / MAX_POINTS <= 1 ? 0 : range / MAX_POINTS;
}

/** The most snapshots that are requested at once: some 25 MB. */
const MAX_SNAPSHOTS = 10_000;

/**
 * How many snapshots to request for a range, if one is taken every so many
 * seconds.
 */
export function snapshotsIn(range: number, intervalSeconds: number): number {
  const count = Math.ceil(range / Math.max(intervalSeconds, 0.001)) + 1;
  return Math.min(count, MAX_SNAPSHOTS);
}
