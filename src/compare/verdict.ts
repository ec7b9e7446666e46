/**
 * What a comparison may claim.
 *
 * @module
 */
import type { Interval } from "../stats/internal.ts";

/**
 * What came of a comparison, or of one metric of it:
 * - `regressed`: B is worse, and a difference as large as the one looked for
 *   is not excluded.
 * - `improved`: the same, for better.
 * - `pass`: whatever difference there is, it is smaller than the one looked
 *   for.
 * - `inconclusive`: neither can be told.
 */
export type ComparisonVerdict =
  | "regressed"
  | "improved"
  | "pass"
  | "inconclusive";

/** Exit codes of the command line, by verdict. */
export const EXIT_CODES: Readonly<Record<ComparisonVerdict, number>> = {
  pass: 0,
  regressed: 1,
  inconclusive: 3,
  improved: 4,
};

/** What is known of one metric; differences are log ratios, above 0 is worse. */
export interface Evidence {
  /** Of the log ratio of a pair. */
  readonly interval: Interval;
  /** Of the signed-rank test against 0, after Holm. */
  readonly p: number;
  /**
   * The larger p of the signed-rank tests against a difference of
   * `wanted` to each side.
   */
  readonly marginP: number;
  /** The difference looked for. */
  readonly wanted: number;
  /** The smallest difference that the pairs could see. */
  readonly visible: number;
  /** The chance of a false alarm. */
  readonly alpha: number;
}

/** What may be claimed of one metric. */
export function verdictOf(evidence: Evidence): ComparisonVerdict {
  const { interval: { low, high }, p, marginP, alpha } = evidence;
  const { wanted, visible } = evidence;
  if (visible <= wanted && low > -wanted && high < wanted && marginP <= alpha) {
    return "pass";
  }
  // Nothing smaller than what could be seen is claimed, nor than what was
  // looked for: the interval must reach that far.
  const claimed = Math.max(wanted, visible);
  if (p <= alpha && low > 0 && high >= claimed) return "regressed";
  if (p <= alpha && high < 0 && low <= -claimed) return "improved";
  return "inconclusive";
}

/** What may be claimed of all metrics together: the worst, and then the least sure. */
export function overallVerdict(
  verdicts: readonly ComparisonVerdict[],
): ComparisonVerdict {
  const order = ["regressed", "inconclusive", "improved"] as const;
  return order.find((verdict) => verdicts.includes(verdict)) ?? "pass";
}
