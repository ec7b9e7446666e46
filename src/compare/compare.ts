/**
 * Compares two commands in fresh processes, with interleaved runs and as many
 * pairs as the noise requires, which is measured first.
 *
 * @module
 */
import {
  analyse,
  logRatios,
  type MetricReport,
  type MetricRuns,
} from "./analysis.ts";
import {
  checkObject,
  checkOptionNames,
  type OptionNames,
} from "../checks/internal.ts";
import { type Fingerprint, fingerprint } from "./fingerprint.ts";
import { percent } from "./percent.ts";
import {
  affordableNoisePairs,
  type ComparisonPlan,
  planComparison,
} from "./plan.ts";
import { checkCommand, type CompareCommand } from "./run.ts";
import { runPairs, warmUp } from "./runs.ts";
import {
  MEASURE_OPTION_NAMES,
  type MeasureOptions,
  resolveOptions,
  type Settings,
} from "./settings.ts";
import { type ComparisonVerdict, overallVerdict } from "./verdict.ts";

/** Options of {@linkcode compare}: two commands, and how to measure them. */
export interface CompareOptions extends MeasureOptions {
  /** Baseline command to measure. */
  readonly a: CompareCommand;
  /** Candidate command to measure against it. */
  readonly b: CompareCommand;
}

const NAMES: OptionNames<CompareOptions> = {
  ...MEASURE_OPTION_NAMES,
  a: true,
  b: true,
};

/** The report of a comparison: plain data, which JSON can hold. */
export interface ComparisonReport {
  /** Verdict over all metrics together. */
  readonly verdict: ComparisonVerdict;
  /** Limits of the comparison, as sentences. */
  readonly caveats: readonly string[];
  /** Baseline command that was measured. */
  readonly a: CompareCommand;
  /** Candidate command that was measured. */
  readonly b: CompareCommand;
  /** Results of the metrics, in the order of the options. */
  readonly metrics: readonly MetricReport[];
  /** Smallest difference of interest: 0.01 is 1 %. */
  readonly difference: number;
  /** Probability of a false alarm over all metrics. */
  readonly alpha: number;
  /** Probability of detecting the difference. */
  readonly power: number;
  /** Pairs of A with itself (A/A), from which the noise was estimated. */
  readonly noisePairs: number;
  /** Pairs of A and B (A/B) that were measured. */
  readonly pairs: number;
  /** Pairs of A and B that are needed to detect the difference. */
  readonly neededPairs: number;
  /** Seed of the order of runs and of the intervals. */
  readonly seed: number;
  /** Machine, runtime and configuration of the measurement. */
  readonly fingerprint: Fingerprint;
}

/**
 * Compares two commands, and decides whether the second one is slower.
 *
 * Both commands run once to warm up. Then A runs in pairs with itself, to
 * estimate the noise, from which follows the number of pairs of A and B. If the
 * budget does not allow that many, the report has the smallest difference that
 * could be detected, and claims nothing smaller.
 *
 * @example
 * ```ts
 * import { compare } from "@troupe/troupe/compare";
 *
 * const program = [Deno.execPath(), "eval", "1 + 1"] as const;
 * const report = await compare({
 *   a: { label: "before", command: program },
 *   b: { label: "after", command: program },
 *   noisePairs: 8,
 *   maxPairs: 6,
 * });
 * console.log(report.verdict); // most likely "inconclusive": 6 pairs are few
 * ```
 *
 * @throws {TypeError} if an option has the wrong type or is not known.
 * @throws {RangeError} if an option is out of its range.
 * @throws {RunFailedError} if a run fails.
 */
export async function compare(
  options: CompareOptions,
): Promise<ComparisonReport> {
  checkObject("the options of compare()", options, "{ a, b }");
  checkOptionNames("a comparison", options, NAMES);
  const { a, b, ...how } = options;
  const settings = resolveOptions(how);
  checkCommand("a", a);
  checkCommand("b", b);
  const { clock, metrics, seed } = settings;
  const startedAt = clock.now();
  const [aMs = 0, bMs = 0] = await warmUp(settings, [a, b]);
  const noisePairs = affordableNoisePairs(settings, aMs);
  const noise = await runPairs(
    settings,
    "noise",
    { a, b: a },
    noisePairs,
    seed,
  );
  const pairMs = noise.runMs + Math.max(noise.runMs, bMs);
  const leftMs = settings.budgetSeconds * 1000 - (clock.now() - startedAt);
  const plan = planComparison(
    noise.metrics.map((runs) => logRatios(runs)),
    Math.log1p(settings.difference),
    { ...settings, metrics: metrics.length },
    Math.min(settings.maxPairs, Math.max(0, leftMs / pairMs)),
  );
  const runs = plan.pairs === 0
    ? { metrics: metrics.map(() => ({ a: [], b: [] })), failures: [] }
    // Another seed, so that the order is not that of the A/A pairs.
    : await runPairs(settings, "comparison", { a, b }, plan.pairs, seed + 1);
  return await reportOf(settings, { a, b }, plan, {
    metrics: runs.metrics,
    failures: [...noise.failures, ...runs.failures],
    noisePairs,
  });
}

/** What was measured, as planned. */
export interface MeasuredPairs {
  readonly metrics: readonly MetricRuns[];
  /** Why runs failed that were repeated. */
  readonly failures: readonly string[];
  readonly noisePairs: number;
}

/** Creates the report on pairs that were measured as planned. */
export async function reportOf(
  settings: Settings,
  { a, b }: { readonly a: CompareCommand; readonly b: CompareCommand },
  plan: ComparisonPlan,
  { metrics: runs, failures, noisePairs }: MeasuredPairs,
): Promise<ComparisonReport> {
  const { alpha, power, difference, seed } = settings;
  const metrics = analyse(
    settings.metrics.flatMap((metric, index) => {
      const planned = plan.metrics[index];
      const measured = runs[index];
      return planned && measured
        ? [{ ...metric, ...planned, runs: measured }]
        : [];
    }),
    { alpha, difference: Math.log1p(difference), seed },
  );
  return {
    verdict: overallVerdict(metrics.map(({ verdict }) => verdict)),
    caveats: [
      ...plan.pairs < plan.needed
        ? [
          `The budget allows ${plan.pairs} of the ${plan.needed} pairs that ` +
          `a difference of ${percent(difference)} needs: nothing below the ` +
          `smallest detectable difference is claimed.`,
        ]
        : [],
      ...failures.length > 0
        ? [
          `Runs that failed and were repeated: ${failures.length}. ` +
          `The last one: ${failures.at(-1)}`,
        ]
        : [],
    ],
    a,
    b,
    metrics,
    difference,
    alpha,
    power,
    noisePairs,
    pairs: plan.pairs,
    neededPairs: plan.needed,
    seed,
    fingerprint: await fingerprint({
      a: [...a.command],
      b: [...b.command],
      metrics: settings.metrics.map(({ name }) => name),
    }),
  };
}
