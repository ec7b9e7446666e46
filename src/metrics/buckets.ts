/**
 * Counts of values by upper bounds, which instances can sum up.
 *
 * @module
 */
import { checkArray, checkNumber } from "../checks/internal.ts";
import { baseUnitOf } from "./base_unit.ts";
import type { HistogramBuckets } from "./snapshot.ts";

/** The most bounds of a histogram. */
const MAX_BOUNDS = 200;

/** Seconds: from what is fast on one machine to what nobody waits for. */
const SECONDS = [
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
];
const BYTES = [
  2 ** 8,
  2 ** 10,
  2 ** 12,
  2 ** 14,
  2 ** 16,
  2 ** 18,
  2 ** 20,
  2 ** 22,
  2 ** 24,
  2 ** 26,
];
const OTHERS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/** Returns the bounds of a histogram whose values have a unit, in that unit. */
export function defaultBounds(unit: string): readonly number[] {
  const { word, convert } = baseUnitOf(unit);
  const base = word === "seconds" ? SECONDS : word === "bytes" ? BYTES : OTHERS;
  // Of a base unit there are so many units, to the twelfth digit.
  const inBase = word === "seconds" || word === "bytes" ? convert(1) : 1;
  return base.map((bound) => Number((bound / inBase).toPrecision(12)));
}

/**
 * Checks the bounds of a histogram.
 *
 * @throws {TypeError} if they are not an array of numbers.
 * @throws {RangeError} if there are too many or none, or one is not above the
 * one before it.
 */
export function checkBounds(
  name: string,
  bounds: unknown,
): asserts bounds is readonly number[] {
  const option = `buckets of ${name}`;
  checkArray(option, bounds, "an array of numbers, each above the one before");
  checkNumber(`the number of ${option}`, bounds.length, {
    min: 1,
    max: MAX_BOUNDS,
  });
  let before = 0;
  bounds.forEach((bound, index) => {
    const range = index === 0 ? { min: 0 } : { above: before };
    checkNumber(`bound ${index} of the ${option}`, bound, {
      ...range,
      finite: true,
    });
    before = bound;
  });
}

/** Counts each value under the least bound that it does not exceed. */
export class BucketCounts {
  readonly #bounds: readonly number[];
  /** One for each bound, and one for the values above the last. */
  readonly #counts: number[];
  #sum = 0;

  /** Creates counts that are 0. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** Counts a value in the bucket that it falls into. */
  record(value: number): void {
    this.#sum += value;
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (this.#bounds[middle] ?? Infinity)) high = middle;
      else low = middle + 1;
    }
    this.#counts[low] = (this.#counts[low] ?? 0) + 1;
  }

  /** Returns all counts so far; that of a bound includes those below it. */
  read(): {
    readonly count: number;
    readonly sum: number;
    readonly buckets: HistogramBuckets;
  } {
    const bounds = this.#bounds;
    let count = 0;
    const counts = bounds.map((_, index) => count += this.#counts[index] ?? 0);
    count += this.#counts.at(-1) ?? 0;
    return { count, sum: this.#sum, buckets: { bounds, counts } };
  }
}
