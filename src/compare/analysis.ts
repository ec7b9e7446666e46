/**
 * From the numbers of the runs to the report on each metric.
 *
 * @module
 */
import {
  bcaInterval,
  hodgesLehmann,
  holm,
  type Interval,
  wilcoxonSignedRank,
} from "../stats/internal.ts";
import type { CompareMetric } from "./metric.ts";
import type { MetricPlan } from "./plan.ts";
import { type ComparisonVerdict, verdictOf } from "./verdict.ts";

/** The numbers of one metric, one for each run. */
export interface MetricRuns {
  /** Numbers of A, one for each pair. */
  readonly a: readonly number[];
  /** Numbers of B, one for each pair. */
  readonly b: readonly number[];
}

/** The report on one metric. */
export interface MetricReport {
  /** Name of the metric, as in the options. */
  readonly name: string;
  /** Whether lower or higher numbers are better. */
  readonly better: "lower" | "higher";
  /** Verdict on this metric alone. */
  readonly verdict: ComparisonVerdict;
  /** Typical number of A: its Hodges–Lehmann estimate; `null` without pairs. */
  readonly typicalA: number | null;
  /** Typical number of B: its Hodges–Lehmann estimate; `null` without pairs. */
  readonly typicalB: number | null;
  /**
   * Change from A to B, with its interval: 0.01 is 1 % more; `null` without
   * pairs.
   */
  readonly change: Interval | null;
  /** Two-sided p-value of the signed-rank test; `null` without pairs. */
  readonly p: number | null;
  /** The p-value after Holm's correction; `null` without pairs. */
  readonly correctedP: number | null;
  /** Smallest change that the pairs could detect: 0.01 is 1 %. */
  readonly detectable: number;
  /** Pairs that are needed to detect the difference of interest. */
  readonly neededPairs: number;
  /** Noise of one A/A pair, as a share. */
  readonly noise: number;
  /**
   * Added to each number before the change was computed, because some were 0;
   * otherwise 0.
   */
  readonly offset: number;
  /** Numbers that the report is based on. */
  readonly runs: MetricRuns;
}

/** The options of the analysis. */
export interface AnalysisOptions {
  /** The difference of interest, as a log ratio. */
  readonly difference: number;
  /** The probability of a false alarm. */
  readonly alpha: number;
  /** The seed of the bootstrap. */
  readonly seed: number;
}

/**
 * Returns what is added to each number before ratios are taken, for a number of
 * 0 has none: the least that is above 0, and 0 where all are.
 */
export function offsetOf({ a, b }: MetricRuns): number {
  const numbers = [...a, ...b];
  if (!numbers.includes(0)) return 0;
  const least = Math.min(...numbers.filter((number) => number > 0));
  return Number.isFinite(least) ? least : 1;
}

/** Returns the log ratio of each pair; above 0 is worse. */
export function logRatios(
  runs: MetricRuns,
  better: "lower" | "higher" = "lower",
): number[] {
  const sign = better === "lower" ? 1 : -1;
  const offset = offsetOf(runs);
  return runs.a.map((value, pair) =>
    sign * Math.log(((runs.b[pair] ?? NaN) + offset) / (value + offset))
  );
}

/** Reports on each metric, with Holm's correction over all of them. */
export function analyse(
  metrics: readonly (CompareMetric & MetricPlan & { runs: MetricRuns })[],
  options: AnalysisOptions,
): MetricReport[] {
  const { alpha, difference, seed } = options;
  const ratios = metrics.map(({ runs, better }) => logRatios(runs, better));
  const tests = ratios.map((values) => wilcoxonSignedRank(values).p);
  const corrected = holm(tests);
  return metrics.map((metric, index) => {
    const { name, better = "lower", runs } = metric;
    const common = {
      name,
      better,
      detectable: Math.expm1(metric.detectable),
      neededPairs: metric.needed,
      noise: Math.expm1(metric.noise.scale),
      offset: offsetOf(runs),
      runs,
    };
    const values = ratios[index] ?? [];
    if (values.length < 2) {
      return {
        ...common,
        verdict: "inconclusive" as const,
        typicalA: null,
        typicalB: null,
        change: null,
        p: null,
        correctedP: null,
      };
    }
    const interval = bcaInterval(values, { confidence: 1 - alpha, seed });
    const correctedP = corrected[index] ?? 1;
    return {
      ...common,
      verdict: verdictOf({
        interval,
        p: correctedP,
        marginP: Math.max(
          againstMargin(values, difference),
          againstMargin(values, -difference),
        ),
        wanted: difference,
        detectable: metric.detectable,
        alpha,
      }),
      typicalA: hodgesLehmann(runs.a),
      typicalB: hodgesLehmann(runs.b),
      change: changeOf(interval, better),
      p: tests[index] ?? 1,
      correctedP,
    };
  });
}

function againstMargin(values: readonly number[], margin: number): number {
  return wilcoxonSignedRank(values.map((value) => value - margin)).p;
}

/** Converts log ratios, where above 0 is worse, to the change from A to B. */
function changeOf(
  { estimate, low, high }: Interval,
  better: "lower" | "higher",
): Interval {
  return better === "lower"
    ? {
      estimate: Math.expm1(estimate),
      low: Math.expm1(low),
      high: Math.expm1(high),
    }
    : {
      estimate: Math.expm1(-estimate),
      low: Math.expm1(-high),
      high: Math.expm1(-low),
    };
}
