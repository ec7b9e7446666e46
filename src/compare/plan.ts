/**
 * How many pairs a comparison makes: fixed from the noise, before the first.
 *
 * @module
 */
import {
  fewestPairs,
  type Noise,
  noiseOf,
  pairsFor,
  type Sensitivity,
  visibleDifference,
} from "./sample_size.ts";

/** What a comparison is to do. */
export interface ComparisonPlan {
  /** The pairs that are made; 0 if too few could be for any claim. */
  readonly pairs: number;
  /** The pairs that the wanted sensitivity needs. */
  readonly needed: number;
  /** By metric. */
  readonly metrics: readonly MetricPlan[];
}

/** What the pairs can tell of one metric. */
export interface MetricPlan {
  /** Of the A/A pairs. */
  readonly noise: Noise;
  /** The pairs that this metric needs. */
  readonly needed: number;
  /** The smallest difference that the pairs, or at least one, can see; a log ratio. */
  readonly visible: number;
}

/**
 * Fixes the number of pairs.
 *
 * @param noise The log ratios of the A/A pairs, by metric.
 * @param difference The difference to see, as a log ratio.
 * @param affordable The most pairs that there is time for.
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
      visible: visibleDifference(Math.max(most, 1), one, sensitivity),
    })),
  };
}

/**
 * The A/A pairs that are made: those that are wanted, where they take no more
 * than a third of the budget; and at least 8.
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
