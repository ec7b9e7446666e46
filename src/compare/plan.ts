/**
 * Plans how many pairs a comparison measures: fixed from the noise, before the
 * first pair.
 *
 * @module
 */
import {
  detectableDifference,
  fewestPairs,
  type Noise,
  noiseOf,
  pairsFor,
  type Sensitivity,
} from "./sample_size.ts";

/** The plan of a comparison. */
export interface ComparisonPlan {
  /** The pairs to measure; 0 if there could be too few for any claim. */
  readonly pairs: number;
  /** The pairs that the sensitivity requires. */
  readonly needed: number;
  /** The plan of each metric. */
  readonly metrics: readonly MetricPlan[];
}

/** What the pairs can detect in one metric. */
export interface MetricPlan {
  /** The noise of the A/A pairs. */
  readonly noise: Noise;
  /** The pairs that this metric requires. */
  readonly needed: number;
  /**
   * The smallest difference that the pairs, or one pair, can detect; a log
   * ratio.
   */
  readonly detectable: number;
}

/**
 * Fixes the number of pairs.
 *
 * @param noise The log ratios of the A/A pairs, by metric.
 * @param difference The difference of interest, as a log ratio.
 * @param affordable The maximum number of pairs that there is time for.
 */
export function planComparison(
  noise: readonly (readonly number[])[],
  difference: number,
  sensitivity: Sensitivity,
  affordable: number,
): ComparisonPlan {
  const noises = noise.map(noiseOf);
  const fewest = fewestPairs(sensitivity);
  const each = noises.map((one) =>
    Math.max(fewest, pairsFor(difference, one, sensitivity))
  );
  const needed = Math.max(...each);
  const most = 2 * Math.floor(Math.min(needed, affordable) / 2);
  return {
    pairs: most < fewest ? 0 : most,
    needed,
    metrics: noises.map((one, index) => ({
      noise: one,
      needed: each[index] ?? needed,
      detectable: detectableDifference(Math.max(most, 1), one, sensitivity),
    })),
  };
}

/**
 * Returns the number of A/A pairs to measure: those requested if they take at
 * most a third of the budget, otherwise fewer, but at least 8.
 */
export function affordableNoisePairs(
  { budgetSeconds, noisePairs }: {
    readonly budgetSeconds: number;
    readonly noisePairs: number;
  },
  runMs: number,
): number {
  const affordable = budgetSeconds * 1000 / 3 / (2 * runMs);
  return Math.min(noisePairs, Math.max(8, 2 * Math.floor(affordable / 2)));
}
