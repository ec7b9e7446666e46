/**
 * Compares two commands: fresh processes, interleaved, and as many pairs as
 * the noise asks for, which is measured first.
 *
 * @module
 */
import {
  analyse,
  logRatios,
  type MetricReport,
  type MetricRuns,
} from "./analysis.ts";
import { type Fingerprint, fingerprint } from "./fingerprint.ts";
import { percent } from "./percent.ts";
import {
  affordableNoisePairs,
  type ComparisonPlan,
  planComparison,
} from "./plan.ts";
import type { CompareCommand } from "./run.ts";
import { runPairs, warmUp } from "./runs.ts";
import {
  type MeasureOptions,
  resolveOptions,
  type Settings,
} from "./settings.ts";
import { type ComparisonVerdict, overallVerdict } from "./verdict.ts";

/** What is compared, and how. */
export interface CompareOptions extends MeasureOptions {
  /** What was. */
  readonly a: CompareCommand;
  /** What is. */
  readonly b: CompareCommand;
}

/** What came of a comparison: plain data, as JSON has it. */
export interface ComparisonReport {
  /** Of all metrics together. */
  readonly verdict: ComparisonVerdict;
  /** What limits it, in sentences. */
  readonly caveats: readonly string[];
  /** What was. */
  readonly a: CompareCommand;
  /** What is. */
  readonly b: CompareCommand;
  /** In the order in which they were asked for. */
  readonly metrics: readonly MetricReport[];
  /** The difference that was looked for: 0.01 is 1 %. */
  readonly difference: number;
  /** The chance of a false alarm over all metrics. */
  readonly alpha: number;
  /** The chance to see the difference. */
  readonly power: number;
  /** The A/A pairs that the noise comes from. */
  readonly noisePairs: number;
  /** The pairs of A and B that were made. */
  readonly pairs: number;
  /** Those that the difference needs. */
  readonly neededPairs: number;
  /** Of the order of runs and of the intervals. */
  readonly seed: number;
  /** Where and how it was measured. */
  readonly fingerprint: Fingerprint;
}

/**
 * Compares two commands.
 *
 * Both run once to warm up. Then A runs against itself, which gives the noise,
 * and from that the number of pairs of A and B. Where the budget does not
 * allow so many, the report says the smallest difference that could be seen,
 * and claims nothing smaller.
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
 * @throws {RangeError} when an option is out of its range.
 * @throws {RunFailedError} when a run fails.
 */
export async function compare(
  options: CompareOptions,
): Promise<ComparisonReport> {
  const { a, b } = options;
  const settings = resolveOptions(options);
  const { clock, metrics, seed } = settings;
  const begun = clock.now();
  const [aMs = 0, bMs = 0] = await warmUp(settings, [a, b]);
  const noisePairs = affordableNoisePairs(settings, aMs);
  const noise = await runPairs(settings, "A/A", { a, b: a }, noisePairs, seed);
  const pairMs = noise.runMs + Math.max(noise.runMs, bMs);
  const leftMs = settings.budgetSeconds * 1000 - (clock.now() - begun);
  const plan = planComparison(
    noise.metrics.map((runs) => logRatios(runs)),
    Math.log1p(settings.difference),
    { ...settings, metrics: metrics.length },
    Math.min(settings.maxPairs, Math.max(0, leftMs / pairMs)),
  );
  const runs = plan.pairs === 0
    ? { metrics: metrics.map(() => ({ a: [], b: [] })) }
    // Another seed: the order is not that of the A/A pairs again.
    : await runPairs(settings, "A/B", { a, b }, plan.pairs, seed + 1);
  return await reportOf(settings, { a, b }, plan, runs.metrics, noisePairs);
}

/** The report of pairs that were made as planned. */
export async function reportOf(
  settings: Settings,
  { a, b }: { readonly a: CompareCommand; readonly b: CompareCommand },
  plan: ComparisonPlan,
  runs: readonly MetricRuns[],
  noisePairs: number,
): Promise<ComparisonReport> {
  const { alpha, power, difference, seed } = settings;
  const metrics = analyse(
    settings.metrics.flatMap((metric, index) => {
      const planned = plan.metrics[index];
      const made = runs[index];
      return planned && made ? [{ ...metric, ...planned, runs: made }] : [];
    }),
    { alpha, difference: Math.log1p(difference), seed },
  );
  return {
    verdict: overallVerdict(metrics.map(({ verdict }) => verdict)),
    caveats: plan.pairs < plan.needed
      ? [
        `The budget allows ${plan.pairs} pairs of the ${plan.needed} that ` +
        `a difference of ${percent(difference)} needs: nothing smaller than ` +
        `the smallest visible difference is claimed.`,
      ]
      : [],
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
