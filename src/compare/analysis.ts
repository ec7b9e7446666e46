/**
 * From the numbers of a comparison's runs to what it claims.
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

/** The numbers of one metric, pair by pair. */
export interface MetricRuns {
  /** Of A, one number a pair. */
  readonly a: readonly number[];
  /** Of B, one number a pair. */
  readonly b: readonly number[];
}

/** What came of one metric. */
export interface MetricReport {
  /** As it was asked for. */
  readonly name: string;
  /** Which way is better. */
  readonly better: "lower" | "higher";
  /** What may be claimed of it. */
  readonly verdict: ComparisonVerdict;
  /** A's typical number: the Hodges–Lehmann estimate; `null` without pairs. */
  readonly typicalA: number | null;
  /** B's typical number, likewise. */
  readonly typicalB: number | null;
  /** Of B against A: 0.01 is 1 % more; with its interval. `null` without pairs. */
  readonly change: Interval | null;
  /** Of the signed-rank test, two-sided; `null` without pairs. */
  readonly p: number | null;
  /** The same after Holm's correction. */
  readonly correctedP: number | null;
  /** The smallest change that could be seen: 0.01 is 1 %. */
  readonly visible: number;
  /** The pairs that it takes to see the one looked for. */
  readonly neededPairs: number;
  /** The noise of one A/A pair, as a share. */
  readonly noise: number;
  /** What it comes from. */
  readonly runs: MetricRuns;
}

/** What is looked for. */
export interface AnalysisOptions {
  /** As a log ratio. */
  readonly difference: number;
  /** The chance of a false alarm. */
  readonly alpha: number;
  /** Of the bootstrap. */
  readonly seed: number;
}

/** The log ratio of a pair; above 0 is worse. */
export function logRatios(
  { a, b }: MetricRuns,
  better: "lower" | "higher" = "lower",
): number[] {
  const sign = better === "lower" ? 1 : -1;
  return a.map((value, pair) => sign * Math.log((b[pair] ?? NaN) / value));
}

/** What each metric's pairs say, with Holm's correction over all of them. */
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
      visible: Math.expm1(metric.visible),
      neededPairs: metric.needed,
      noise: Math.expm1(metric.noise.scale),
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
        visible: metric.visible,
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

/** From a log ratio where above 0 is worse to the change of B against A. */
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
