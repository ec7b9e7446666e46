/**
 * A distribution of values in bounded memory.
 *
 * @module
 */
import { build, type Histogram } from "hdr-histogram-js";
import { checkNumber } from "../checks/internal.ts";
import type { DistributionSummary } from "./snapshot.ts";

/** Microseconds in a millisecond, the unit in which values are kept. */
const MICROS = 1000;
/** The largest value that is kept as it is, 10¹² as it is recorded. */
const MAX_MICROS = 1e15;

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
  readonly #histogram: Histogram = build({
    bitBucketSize: 32,
    autoResize: true,
    highestTrackableValue: 2 * MICROS,
    numberOfSignificantValueDigits: 3,
  });
  /** Sum, minimum and maximum are exact. */
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

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

  /** Adds all values of another distribution. */
  add(other: Distribution): void {
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
    const { count } = this;
    const empty = count === 0;
    return {
      count,
      sum: this.#sum,
      min: empty ? null : this.#min,
      mean: empty ? null : this.#sum / count,
      p50: this.quantile(0.5),
      p90: this.quantile(0.9),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
      p999: this.quantile(0.999),
      max: empty ? null : this.#max,
    };
  }
}
