/**
 * The verdicts of a comparison.
 *
 * @module
 */
import type { Interval } from "../stats/internal.ts";

/**
 * The verdict of a comparison, or on one metric of it:
 * - `regressed`: B is worse, and a difference as large as the one of interest
 *   cannot be excluded.
 * - `improved`: B is better, likewise.
 * - `pass`: any difference is smaller than the one of interest.
 * - `inconclusive`: none of these can be claimed.
 */
export type ComparisonVerdict =
  | "regressed"
  | "improved"
  | "pass"
  | "inconclusive";

/** The exit code of the command line for each verdict. */
export const EXIT_CODES: Readonly<Record<ComparisonVerdict, number>> = {
  pass: 0,
  regressed: 1,
  inconclusive: 3,
  improved: 4,
};

/** The facts about one metric; differences are log ratios, above 0 is worse. */
export interface Evidence {
  /** The interval of the log ratio of a pair. */
  readonly interval: Interval;
  /** The p-value of the signed-rank test against 0, after Holm's correction. */
  readonly p: number;
  /**
   * The larger p-value of the signed-rank tests against a difference of
   * `wanted` to each side.
   */
  readonly marginP: number;
  /** The difference of interest. */
  readonly wanted: number;
  /** The smallest difference that the pairs could detect. */
  readonly detectable: number;
  /** The probability of a false alarm. */
  readonly alpha: number;
}

/** Returns the verdict on one metric. */
export function verdictOf(evidence: Evidence): ComparisonVerdict {
  const { interval: { low, high }, p, marginP, alpha } = evidence;
  const { wanted, detectable } = evidence;
  if (
    detectable <= wanted && low > -wanted && high < wanted && marginP <= alpha
  ) {
    return "pass";
  }
  // Nothing is claimed that is smaller than the detectable difference or the
  // one of interest: the interval must reach that far.
  const claimed = Math.max(wanted, detectable);
  if (p <= alpha && low > 0 && high >= claimed) return "regressed";
  if (p <= alpha && high < 0 && low <= -claimed) return "improved";
  return "inconclusive";
}

/**
 * Returns the verdict over all metrics: the worst, and then the least certain.
 */
export function overallVerdict(
  verdicts: readonly ComparisonVerdict[],
): ComparisonVerdict {
  const order = ["regressed", "inconclusive", "improved"] as const;
  return order.find((verdict) => verdicts.includes(verdict)) ?? "pass";
}
