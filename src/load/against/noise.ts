/**
 * How far the figures of one run can be trusted, by what differs within it:
 * pure decisions without I/O.
 *
 * A run has no second one beside it. What it has is its own course: the steady
 * phase is cut into at most ten blocks of consecutive intervals, and the spread
 * of the blocks says how far the figure of the whole may be off (the method of
 * batch means). It is never less than what counting alone gives, as if all
 * operations were independent of each other (a binomial).
 *
 * @module
 */
import { studentQuantile } from "../../stats/internal.ts";
import type { TimelinePoint } from "../result.ts";

/** A figure, and between what it probably is. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The percentiles of all values, ascending: fractions and their values. */
export type Curve = readonly (readonly [fraction: number, value: number])[];

/** What is known of the steady phase of one operation. */
export interface SteadyPhase {
  /** The whole intervals, in order. */
  readonly points: readonly TimelinePoint[];
  readonly intervalMs: number;
  /** How many operations started, and how many of them did not succeed. */
  readonly started: number;
  readonly errors: number;
  /** How many times there are. */
  readonly count: number;
  readonly curve: Curve;
}

/** The fewest intervals that say anything about the spread. */
export const MIN_INTERVALS = 5;
/** The most blocks: more would be so short that one says what the next does. */
const MAX_BLOCKS = 10;

/** A fraction of values, and the deviation that its estimate has. */
interface Spread {
  readonly deviation: number;
  readonly freedom: number;
}

/** Cuts values into blocks of about the same length, in order. */
export function blocksOf<T>(values: readonly T[]): T[][] {
  const count = Math.min(MAX_BLOCKS, values.length);
  return Array.from({ length: count }, (_, index) =>
    values.slice(
      Math.floor(index * values.length / count),
      Math.floor((index + 1) * values.length / count),
    ));
}

/** Returns the deviation of the mean of blocks. */
function spreadOf(blocks: readonly number[]): Spread {
  const mean = blocks.reduce((sum, value) => sum + value, 0) / blocks.length;
  const squares = blocks.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const freedom = blocks.length - 1;
  return { deviation: Math.sqrt(squares / freedom / blocks.length), freedom };
}

/** Returns the mean of a number for each interval, by their weights. */
function weighted(
  points: readonly TimelinePoint[],
  value: (point: TimelinePoint) => number,
  weight: (point: TimelinePoint) => number,
): number {
  const weights = points.reduce((sum, point) => sum + weight(point), 0);
  if (weights === 0) return NaN;
  return points.reduce((sum, point) => sum + value(point) * weight(point), 0) /
    weights;
}

/** Estimates successful operations per second. */
export function throughputOf(
  { points, intervalMs }: SteadyPhase,
  value: number,
  confidence: number,
): Estimate {
  const rates = blocksOf(points).map((block) =>
    weighted(block, ({ ok }) => ok, () => 1) * 1000 / intervalMs
  );
  const { deviation, freedom } = spreadOf(rates);
  // An operation more or less at the end is no difference.
  const least = 1000 / (points.length * intervalMs);
  const margin = Math.max(deviation, least) *
    studentQuantile((1 + confidence) / 2, freedom);
  return { value, low: Math.max(0, value - margin), high: value + margin };
}

/** Estimates the fraction of operations that did not succeed. */
export function errorRateOf(
  { points, started, errors }: SteadyPhase,
  confidence: number,
): Estimate | undefined {
  if (started === 0) return undefined;
  const rates = blocksOf(points).map((block) =>
    weighted(block, failing, ({ ok, errors }) => ok + errors)
  ).filter(Number.isFinite);
  const rate = errors / started;
  if (rates.length < 2) return undefined;
  const { deviation, freedom } = spreadOf(rates);
  // So many independent operations would spread as much.
  const independent = Math.sqrt(rate * (1 - rate) / started);
  const shrink = deviation > independent ? (independent / deviation) ** 2 : 1;
  const z = studentQuantile((1 + confidence) / 2, freedom);
  return { value: rate, ...wilson(rate, started * shrink, z) };
}

function failing({ ok, errors }: TimelinePoint): number {
  return ok + errors === 0 ? 0 : errors / (ok + errors);
}

/** Wilson's interval of a fraction, which is never below 0 or above 1. */
function wilson(
  rate: number,
  count: number,
  z: number,
): { readonly low: number; readonly high: number } {
  const squared = z * z / count;
  const centre = (rate + squared / 2) / (1 + squared);
  const margin = z / (1 + squared) *
    Math.sqrt(rate * (1 - rate) / count + squared / count / 4);
  return {
    low: Math.max(0, Math.min(centre - margin, rate)),
    high: Math.min(1, Math.max(centre + margin, rate)),
  };
}

/**
 * Estimates a percentile. How far its fraction may be off is seen in what
 * fraction of all values the median and the 99th percentile of each interval
 * are; that of a percentile between them spreads as much more than a binomial
 * as theirs does.
 */
export function percentileOf(
  { points, count, curve }: SteadyPhase,
  fraction: number,
  value: number,
  confidence: number,
): Estimate | undefined {
  const known = points.filter(({ ok, latencyP50Ms }) =>
    ok > 0 && latencyP50Ms !== null
  );
  if (count === 0 || known.length < MIN_INTERVALS) return undefined;
  const blocks = blocksOf(known);
  const excess = ([[0.5, "latencyP50Ms"], [0.99, "latencyP99Ms"]] as const)
    .filter(([of]) => fraction !== 0.5 || of === 0.5)
    .map(([of, key]) => {
      const means = blocks.map((block) =>
        weighted(
          block,
          (point) => fractionOf(curve, point[key] ?? 0),
          ({ ok }) => ok,
        )
      );
      return spreadOf(means).deviation / binomial(of, count);
    });
  const deviation = binomial(fraction, count) * Math.max(1, ...excess);
  const z = studentQuantile((1 + confidence) / 2, blocks.length - 1);
  return {
    value,
    low: Math.min(value, valueAt(curve, fraction - z * deviation)),
    high: Math.max(value, valueAt(curve, fraction + z * deviation)),
  };
}

function binomial(fraction: number, count: number): number {
  return Math.sqrt(fraction * (1 - fraction) / count);
}

/** Returns which fraction of all values is not above one. */
export function fractionOf(curve: Curve, value: number): number {
  return between(curve.map(([fraction, ms]) => [ms, fraction]), value);
}

/** Returns the value that a fraction of all values does not exceed. */
export function valueAt(curve: Curve, fraction: number): number {
  return between(curve, fraction);
}

/** Interpolates between the points of an ascending line, and ends with them. */
function between(
  line: readonly (readonly [number, number])[],
  at: number,
): number {
  // The last one of several at the same place: so many have that value.
  const next = line.findIndex(([x]) => x > at);
  const [nextX, nextY] = line[next] ?? [NaN, NaN];
  const [beforeX, beforeY] = line.at(next - 1) ?? [NaN, NaN];
  if (next === -1) return line.at(-1)?.[1] ?? NaN;
  if (next === 0) return nextY;
  return beforeY + (nextY - beforeY) * (at - beforeX) / (nextX - beforeX);
}

/**
 * Returns the difference of two figures with its interval, from the intervals
 * of both (MOVER, Zou and Donner 2008; of two rates it is Newcombe's).
 */
export function differenceOf(before: Estimate, now: Estimate): Estimate {
  return {
    value: now.value - before.value,
    low: now.value - before.value -
      Math.hypot(now.value - now.low, before.high - before.value),
    high: now.value - before.value +
      Math.hypot(now.high - now.value, before.value - before.low),
  };
}
