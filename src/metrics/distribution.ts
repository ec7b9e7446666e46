/**
 * A distribution of values in bounded memory.
 *
 * @module
 */
import { Int32Histogram } from "hdr-histogram-js";
import { checkNoArguments, checkNumber, kindOf } from "../checks/internal.ts";
import type { DistributionSummary } from "./snapshot.ts";

/** Microseconds in a millisecond, the unit in which values are kept. */
const MICROS = 1000;
/** The largest value that is kept as it is, 10¹² as it is recorded. */
const MAX_MICROS = 1e15;
/** The fractions of a summary, in ascending order. */
const FRACTIONS = [0.5, 0.9, 0.95, 0.99, 0.999] as const;

/** A distribution that can be posted to another thread, without loss. */
export interface DistributionState {
  /** Indexes of buckets and their counts, in turn. */
  readonly buckets: readonly number[];
  readonly sum: number;
  /** `Infinity` without values, as `max` is `-Infinity`. */
  readonly min: number;
  readonly max: number;
}

let capture: (distribution: Distribution) => DistributionState;
let addState: (distribution: Distribution, state: DistributionState) => void;

/** Returns what another thread needs to have the same distribution. */
export function stateOf(distribution: Distribution): DistributionState {
  return capture(distribution);
}

/** Adds all values of a distribution of another thread. */
export function addStateTo(
  distribution: Distribution,
  state: DistributionState,
): void {
  addState(distribution, state);
}

let quantile: (
  parts: readonly Distribution[],
  fraction: number,
) => number | null;

/**
 * Returns what a fraction of the values of several distributions, above 0 and
 * at most 1, does not exceed; `null` if there are no values.
 */
export function quantileOf(
  parts: readonly Distribution[],
  fraction: number,
): number | null {
  return quantile(parts, fraction);
}

let summarize: (parts: readonly Distribution[]) => DistributionSummary;

/** Returns all values of several distributions in numbers. */
export function summaryOf(
  parts: readonly Distribution[],
): DistributionSummary {
  return summarize(parts);
}

let countUpTo: (
  distribution: Distribution,
  bounds: readonly number[],
) => number[];

/**
 * Returns for each of some ascending bounds how many values do not exceed it.
 * Values within three digits of a bound count as equal to it.
 */
export function countsUpTo(
  distribution: Distribution,
  bounds: readonly number[],
): number[] {
  return countUpTo(distribution, bounds);
}

let list: (distribution: Distribution) => [value: number, count: number][];

/** Returns the values in ascending order, to three digits, with their counts. */
export function valuesOf(
  distribution: Distribution,
): readonly (readonly [value: number, count: number])[] {
  return list(distribution);
}

/**
 * The distribution of times in milliseconds, to the microsecond or to three
 * digits, whichever is coarser, in an HDR histogram of at most 200 KB. It can
 * hold other numbers from 0 to 10¹² as well.
 *
 * @example
 * ```ts
 * import { Distribution } from "@troupe/troupe/metrics";
 *
 * const latency = new Distribution();
 * for (const ms of [1, 2, 40]) latency.record(ms);
 * console.assert(latency.summary().max === 40);
 * ```
 */
export class Distribution {
  readonly #histogram: Int32Histogram = createHistogram();
  /** Sum, minimum and maximum are exact. */
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  /**
   * Creates a distribution without values.
   *
   * @throws {TypeError} if an argument is given: there are none.
   */
  constructor() {
    checkNoArguments("Distribution", arguments);
  }

  /** Number of values that were recorded. */
  get count(): number {
    return this.#histogram.totalCount;
  }

  /**
   * Records a time in milliseconds; `NaN` and numbers below 0 count as 0.
   *
   * @throws {TypeError} if it is not a number.
   */
  record(ms: number): void {
    // A string would be appended to the sum.
    if (typeof ms !== "number") checkNumber("ms", ms);
    const value = ms > 0 ? ms : 0;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    const micros = Math.round(value * MICROS);
    this.#histogram.recordValue(micros < MAX_MICROS ? micros : MAX_MICROS);
  }

  /**
   * Adds all values of another distribution.
   *
   * @throws {TypeError} if it is anything else.
   */
  add(other: Distribution): void {
    if (!(other instanceof Distribution)) {
      throw new TypeError(
        `Cannot use other: it is ${kindOf(other)}, it must be a Distribution`,
      );
    }
    if (other.count === 0) return;
    this.#histogram.add(other.#histogram);
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /**
   * Returns the milliseconds that a fraction of the values, from 0 to 1, does
   * not exceed; `null` if there are no values.
   *
   * @throws {RangeError} if the fraction is not from 0 to 1.
   */
  quantile(fraction: number): number | null {
    checkNumber("fraction", fraction, { min: 0, max: 1 });
    if (this.count === 0) return null;
    const micros = this.#histogram.getValueAtPercentile(fraction * 100);
    return Math.max(this.#min, Math.min(micros / MICROS, this.#max));
  }

  /** Removes all recorded values. */
  reset(): void {
    this.#histogram.reset();
    this.#sum = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
  }

  /** Returns the distribution in numbers. */
  summary(): DistributionSummary {
    return summarize([this]);
  }

  /** One pass for all fractions and all parts, which have the same buckets. */
  static #quantiles(
    parts: readonly Distribution[],
    count: number,
    fractions: readonly [number, ...number[]],
  ): number[] {
    const histograms = parts.map((part) => part.#histogram);
    const [histogram] = histograms;
    const lengths = histograms.map((one) => one.countsArrayLength);
    const found: number[] = [];
    let seen = 0;
    let wanted = rankOf(fractions[0], count);
    for (let index = 0; seen < count; index++) {
      for (let part = 0; part < histograms.length; part++) {
        if (index >= (lengths[part] ?? 0)) continue;
        seen += histograms[part]?.getCountAtIndex(index) ?? 0;
      }
      while (seen >= wanted && histogram !== undefined) {
        const value = histogram.valueFromIndex(index);
        found.push(histogram.highestEquivalentValue(value) / MICROS);
        const next = fractions[found.length];
        if (next === undefined) return found;
        wanted = rankOf(next, count);
      }
    }
    return found;
  }

  static {
    capture = (distribution) => {
      const histogram = distribution.#histogram;
      const buckets: number[] = [];
      let seen = 0;
      for (let index = 0; seen < histogram.totalCount; index++) {
        const count = histogram.getCountAtIndex(index);
        if (count === 0) continue;
        seen += count;
        buckets.push(index, count);
      }
      return {
        buckets,
        sum: distribution.#sum,
        min: distribution.#min,
        max: distribution.#max,
      };
    };
    addState = (distribution, { buckets, sum, min, max }) => {
      const histogram = distribution.#histogram;
      for (let at = 0; at < buckets.length; at += 2) {
        const value = histogram.valueFromIndex(buckets[at] ?? 0);
        histogram.recordValueWithCount(value, buckets[at + 1] ?? 0);
      }
      distribution.#sum += sum;
      distribution.#min = Math.min(distribution.#min, min);
      distribution.#max = Math.max(distribution.#max, max);
    };
    countUpTo = (distribution, bounds) => {
      const histogram = distribution.#histogram;
      let index = 0;
      let seen = 0;
      return bounds.map((bound) => {
        const micros = Math.round(bound * MICROS);
        while (
          seen < histogram.totalCount &&
          histogram.valueFromIndex(index) <= micros
        ) seen += histogram.getCountAtIndex(index++);
        return seen;
      });
    };
    list = (distribution) => {
      const histogram = distribution.#histogram;
      const values: [number, number][] = [];
      let seen = 0;
      for (let index = 0; seen < histogram.totalCount; index++) {
        const count = histogram.getCountAtIndex(index);
        if (count === 0) continue;
        seen += count;
        const micros = histogram.medianEquivalentValue(
          histogram.valueFromIndex(index),
        );
        values.push([micros / MICROS, count]);
      }
      return values;
    };
    quantile = (parts, fraction) => {
      const count = parts.reduce((count, part) => count + part.count, 0);
      if (count === 0) return null;
      const min = Math.min(...parts.map((part) => part.#min));
      const max = Math.max(...parts.map((part) => part.#max));
      const [value = max] = Distribution.#quantiles(parts, count, [fraction]);
      return Math.max(min, Math.min(value, max));
    };
    summarize = (parts) => {
      const count = parts.reduce((count, part) => count + part.count, 0);
      if (count === 0) return NO_VALUES;
      let [sum, min, max] = [0, Infinity, -Infinity];
      for (const part of parts) {
        sum += part.#sum;
        min = Math.min(min, part.#min);
        max = Math.max(max, part.#max);
      }
      // Those of the buckets may be a little beyond the values themselves.
      const [p50 = max, p90 = max, p95 = max, p99 = max, p999 = max] =
        Distribution.#quantiles(parts, count, FRACTIONS)
          .map((value) => Math.max(min, Math.min(value, max)));
      const mean = sum / count;
      return { count, sum, min, mean, p50, p90, p95, p99, p999, max };
    };
  }
}

const NO_VALUES: DistributionSummary = {
  count: 0,
  sum: 0,
  min: null,
  mean: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  p999: null,
  max: null,
};

function createHistogram(): Int32Histogram {
  const histogram = new Int32Histogram(1, 2 * MICROS, 3);
  histogram.autoResize = true;
  return histogram;
}

/** Returns how many values a quantile is not below, as the histogram does. */
function rankOf(fraction: number, count: number): number {
  // What is a whole number may be a little more by the product's rounding.
  const exact = fraction * count;
  return Math.max(1, Math.ceil(exact - exact * Number.EPSILON));
}
