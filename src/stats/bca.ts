/**
 * The bias-corrected and accelerated (BCa) bootstrap interval of a
 * Hodges–Lehmann estimate (Efron, "Better bootstrap confidence intervals",
 * 1987).
 *
 * @module
 */
import { checkInteger, checkNumber } from "../checks/internal.ts";
import { WalshAverages } from "./hodges_lehmann.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { randomStream } from "./random.ts";

/** Options of {@linkcode bcaInterval}. */
export interface BcaOptions {
  /**
   * Share of intervals that contain the true value, between 0 and 1.
   * @default {0.95}
   */
  readonly confidence?: number;
  /**
   * Number of bootstrap samples: a whole number, at least 100.
   * @default {2000}
   */
  readonly resamples?: number;
  /**
   * Seed of the bootstrap, a whole number: the same seed gives the same
   * interval.
   * @default {1}
   */
  readonly seed?: number;
}

/** An estimate with its confidence interval. */
export interface Interval {
  /** Hodges–Lehmann estimate of the centre. */
  readonly estimate: number;
  /** Lower bound of the interval. */
  readonly low: number;
  /** Upper bound of the interval. */
  readonly high: number;
}

/**
 * Returns the Hodges–Lehmann estimate with its BCa bootstrap interval. The
 * interval always contains the estimate: if a tiny sample would exclude it, the
 * interval is widened.
 *
 * @throws {RangeError} if there are fewer than two values, one is not finite,
 * or an option is out of its range.
 */
export function bcaInterval(
  values: readonly number[],
  options: BcaOptions = {},
): Interval {
  const { confidence = 0.95, resamples = 2000, seed = 1 } = options;
  checkNumber("confidence", confidence, { above: 0, below: 1 });
  checkInteger("resamples", resamples, { min: 100 });
  if (values.length < 2) {
    throw new RangeError(
      `Cannot compute an interval: there are ${values.length} values, there must be at least 2`,
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

/** Returns the sorted estimates of bootstrap samples. */
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

/** Returns the distance of the estimate from the median of the draws, as z. */
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

/** Returns how the spread changes with the value, by the jackknife. */
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

/** Returns a quantile, interpolated linearly as in R and NumPy. */
function quantileOf(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? NaN;
  const high = sorted[Math.ceil(position)] ?? NaN;
  return low + (high - low) * (position - Math.floor(position));
}
