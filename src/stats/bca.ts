/**
 * The bias-corrected and accelerated bootstrap interval of a Hodges–Lehmann
 * estimate (Efron, "Better bootstrap confidence intervals", 1987).
 *
 * @module
 */
import { WalshAverages } from "./hodges_lehmann.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { randomStream } from "./random.ts";

/** How an interval is computed. */
export interface BcaOptions {
  /** The share of intervals that hold the true value, 0 to 1. @default {0.95} */
  readonly confidence?: number;
  /** How often the sample is drawn anew; at least 100. @default {2000} */
  readonly resamples?: number;
  /** An integer; one seed gives the same interval. @default {1} */
  readonly seed?: number;
}

/** An estimate and the interval about it. */
export interface Interval {
  /** The Hodges–Lehmann estimate. */
  readonly estimate: number;
  /** The lower bound. */
  readonly low: number;
  /** The upper bound. */
  readonly high: number;
}

/**
 * The Hodges–Lehmann estimate with its BCa bootstrap interval. The interval
 * always holds the estimate: where a tiny sample would leave it out, it is
 * widened.
 *
 * @example
 * ```ts
 * import { bcaInterval } from "@troupe/troupe/compare";
 *
 * const { estimate, low, high } = bcaInterval([1.1, 0.9, 1.3, 1.0, 1.2, 0.8]);
 * console.log(low <= estimate && estimate <= high); // true
 * ```
 *
 * @throws {RangeError} when there are fewer than two values, one is not
 * finite, or an option is out of its range.
 */
export function bcaInterval(
  values: readonly number[],
  options: BcaOptions = {},
): Interval {
  const { confidence = 0.95, resamples = 2000, seed = 1 } = options;
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(
      `Cannot take an interval: confidence is ${confidence}, not between 0 and 1`,
    );
  }
  if (!(Number.isInteger(resamples) && resamples >= 100)) {
    throw new RangeError(
      `Cannot take an interval: resamples is ${resamples}, not an integer from 100 on`,
    );
  }
  if (values.length < 2) {
    throw new RangeError(
      `Cannot take an interval: there are ${values.length} values, at least 2 are needed`,
    );
  }
  const averages = new WalshAverages(values);
  const estimate = averages.median();
  const draws = bootstrap(averages, values.length, resamples, seed);
  const bias = biasOf(draws, estimate);
  const acceleration = accelerationOf(averages, values.length);
  const bound = (share: number): number => {
    const shifted = bias + normalQuantile(share);
    const corrected = bias + shifted / (1 - acceleration * shifted);
    return quantileOf(draws, normalCdf(corrected));
  };
  const tail = (1 - confidence) / 2;
  return {
    estimate,
    low: Math.min(bound(tail), estimate),
    high: Math.max(bound(1 - tail), estimate),
  };
}

/** The estimates of samples that are drawn from the sample, in order. */
function bootstrap(
  averages: WalshAverages,
  size: number,
  resamples: number,
  seed: number,
): Float64Array {
  const random = randomStream(seed, "bootstrap");
  const counts = new Uint32Array(size);
  return Float64Array.from({ length: resamples }, () => {
    counts.fill(0);
    for (let drawn = 0; drawn < size; drawn++) {
      const index = Math.floor(random() * size);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    return averages.median(counts);
  }).sort();
}

/** How far the estimate is from the median of the draws, in normal scale. */
function biasOf(draws: Float64Array, estimate: number): number {
  let below = 0;
  for (const draw of draws) {
    if (draw < estimate) below += 1;
    else if (draw === estimate) below += 0.5;
  }
  // Never 0 or 1, whose quantiles are infinite.
  const least = 1 / (draws.length + 1);
  const share = below / draws.length;
  return normalQuantile(Math.min(Math.max(share, least), 1 - least));
}

/** How the spread changes with the value: from leaving out each in turn. */
function accelerationOf(averages: WalshAverages, size: number): number {
  const counts = new Uint32Array(size).fill(1);
  const partial = Array.from({ length: size }, (_, index) => {
    counts[index] = 0;
    const median = averages.median(counts);
    counts[index] = 1;
    return median;
  });
  const mean = partial.reduce((sum, value) => sum + value, 0) / size;
  const squares = partial.reduce((sum, value) => sum + (mean - value) ** 2, 0);
  const cubes = partial.reduce((sum, value) => sum + (mean - value) ** 3, 0);
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Between neighbours by straight line, as in R and NumPy. */
function quantileOf(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? NaN;
  const high = sorted[Math.ceil(position)] ?? NaN;
  return low + (high - low) * (position - Math.floor(position));
}
