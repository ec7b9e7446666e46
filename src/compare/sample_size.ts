/**
 * How many pairs a comparison needs, from the noise of pairs of a command with
 * itself; and the smallest difference that a number of pairs can detect.
 *
 * The noise is the scale of the Hodges–Lehmann estimate, from the length of
 * the distribution-free interval of the A/A pairs' log ratios (Hettmansperger
 * and McKean, "Robust Nonparametric Statistical Methods"): outliers do
 * not inflate it, and for normal noise it includes the factor π/3 by which the
 * estimate is less efficient than a mean. As it comes from few pairs, plans use
 * its upper 80 % limit (Browne, 1995).
 *
 * @module
 */
import { normalQuantile, WalshAverages } from "../stats/internal.ts";

/** The fewest pairs that a comparison is planned with. */
export const MIN_PAIRS = 12;

/** The sensitivity of a comparison. */
export interface Sensitivity {
  /** The probability of a false alarm over all metrics, 0 to 1. */
  readonly alpha: number;
  /** The probability of detecting a difference, 0.5 to 1. */
  readonly power: number;
  /** The number of metrics. */
  readonly metrics: number;
}

/** The noise of one pair. */
export interface Noise {
  /** The scale of the log ratio of one pair. */
  readonly scale: number;
  /** Its upper 80 % limit, with which pairs are planned. */
  readonly upper: number;
  /** The A/A pairs that it comes from. */
  readonly pairs: number;
}

/**
 * Returns the noise of pairs of a command with itself.
 *
 * @param logRatios The log ratios of at least 8 pairs.
 * @throws {RangeError} if there are fewer, or one is not finite.
 */
export function noiseOf(logRatios: readonly number[]): Noise {
  const pairs = logRatios.length;
  if (pairs < 8) {
    throw new RangeError(
      `Cannot estimate the noise: there are ${pairs} pairs, there must be at least 8`,
    );
  }
  const averages = new WalshAverages(logRatios);
  const z = normalQuantile(0.975);
  const spread = Math.sqrt(pairs * (pairs + 1) * (2 * pairs + 1) / 24);
  const cut = Math.max(0, Math.floor(averages.count / 2 - z * spread - 0.5));
  const length = averages.at(averages.count - 1 - cut) - averages.at(cut);
  // n / (n - 1) corrects the square for degrees of freedom, as in a variance.
  const scale = length * pairs / (2 * z * Math.sqrt(pairs - 1));
  return { scale, upper: scale * upperFactor(pairs - 1), pairs };
}

/** Returns the factor that bounds the true scale from above in 4 cases of 5. */
function upperFactor(freedom: number): number {
  // The 20 % quantile of χ², after Wilson and Hilferty.
  const step = 2 / (9 * freedom);
  const chi = freedom * (1 - step + normalQuantile(0.2) * Math.sqrt(step)) ** 3;
  return Math.sqrt(freedom / chi);
}

/**
 * Returns the number of pairs that are needed to tell a difference of this size
 * from none, and none from one of this size, each with the power. It is even
 * and at least {@linkcode MIN_PAIRS}; `Infinity` for a difference of 0.
 *
 * @param difference A log ratio above 0.
 */
export function pairsFor(
  difference: number,
  noise: Noise,
  sensitivity: Sensitivity,
): number {
  const pairs = (reach(sensitivity) * noise.upper / difference) ** 2;
  return Math.max(MIN_PAIRS, 2 * Math.ceil(pairs / 2));
}

/**
 * Returns the smallest difference that the pairs can detect, as a log ratio.
 */
export function detectableDifference(
  pairs: number,
  noise: Noise,
  sensitivity: Sensitivity,
): number {
  return reach(sensitivity) * noise.upper / Math.sqrt(pairs);
}

/**
 * Returns the fewest pairs with which the signed-rank test can reach its level:
 * with fewer, even differences of one sign could be chance.
 */
export function fewestPairs({ alpha, metrics }: Sensitivity): number {
  return 2 * Math.ceil((1 + Math.log2(metrics / alpha)) / 2);
}

/**
 * Returns how many standard errors a difference must have. Half the risk of a
 * miss goes to each side, so that "no difference" is found with the same power.
 */
function reach({ alpha, power, metrics }: Sensitivity): number {
  return normalQuantile(1 - alpha / (2 * metrics)) +
    normalQuantile(1 - (1 - power) / 2);
}
