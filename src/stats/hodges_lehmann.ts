/**
 * The one-sample Hodges–Lehmann estimate: the median of all Walsh averages,
 * the means of each value with itself and with each other one. It is almost as
 * exact as the mean where noise is normal, and an outlier hardly moves it.
 *
 * @module
 */

/** The Walsh averages of a sample, in order. */
export class WalshAverages {
  readonly #averages: Float64Array;
  /** Which two values each of them is the mean of. */
  readonly #left: Uint16Array;
  readonly #right: Uint16Array;
  readonly #counts: Uint32Array;

  /**
   * Takes all averages of a sample.
   *
   * @throws {RangeError} when there is no value, there are more than 2,000, or
   * one is not finite.
   */
  constructor(values: readonly number[]) {
    const size = values.length;
    if (size === 0 || size > 2000) {
      throw new RangeError(
        `Cannot take Walsh averages: there are ${size} values, not 1 to 2000`,
      );
    }
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) {
      throw new RangeError(
        `Cannot take Walsh averages: a value is ${wrong}, not a finite number`,
      );
    }
    const pairs: { average: number; left: number; right: number }[] = [];
    values.forEach((first, left) => {
      values.slice(left).forEach((second, offset) => {
        // Halves first: the sum of two large values could overflow.
        const average = first / 2 + second / 2;
        pairs.push({ average, left, right: left + offset });
      });
    });
    pairs.sort((a, b) => a.average - b.average);
    this.#averages = Float64Array.from(pairs, (pair) => pair.average);
    this.#left = Uint16Array.from(pairs, (pair) => pair.left);
    this.#right = Uint16Array.from(pairs, (pair) => pair.right);
    this.#counts = new Uint32Array(size).fill(1);
  }

  /** How many there are. */
  get count(): number {
    return this.#averages.length;
  }

  /** The one with `index` smaller ones before it. */
  at(index: number): number {
    const average = this.#averages[index];
    if (average === undefined) {
      throw new RangeError(
        `Cannot take a Walsh average: index is ${index}, not below ${this.count}`,
      );
    }
    return average;
  }

  /**
   * The median of the averages of a sample that has each value `counts` times,
   * such as a resample; by default, of the sample itself. So a resample costs
   * one walk, and no sorting.
   */
  median(counts: ArrayLike<number> = this.#counts): number {
    let size = 0;
    for (let index = 0; index < counts.length; index++) {
      size += counts[index] ?? 0;
    }
    const total = size * (size + 1) / 2;
    const lowRank = Math.floor((total - 1) / 2);
    const highRank = Math.floor(total / 2);
    const averages = this.#averages;
    const lefts = this.#left;
    const rights = this.#right;
    let low: number | undefined;
    let seen = 0;
    for (let index = 0; index < averages.length; index++) {
      const left = lefts[index] ?? 0;
      const right = rights[index] ?? 0;
      const count = counts[left] ?? 0;
      seen += left === right
        ? count * (count + 1) / 2
        : count * (counts[right] ?? 0);
      if (low === undefined && seen > lowRank) low = averages[index];
      if (seen > highRank) return ((low ?? 0) + (averages[index] ?? 0)) / 2;
    }
    throw new RangeError("Cannot take a median: every count is 0");
  }
}

/**
 * The one-sample Hodges–Lehmann estimate of the centre of a sample.
 *
 * @example
 * ```ts
 * import { hodgesLehmann } from "@troupe/troupe/compare";
 *
 * console.log(hodgesLehmann([1, 2, 3, 4, 1000])); // 3
 * ```
 *
 * @throws {RangeError} when there is no value, there are more than 2,000, or
 * one is not finite.
 */
export function hodgesLehmann(values: readonly number[]): number {
  return new WalshAverages(values).median();
}
