/**
 * Before and after: a command against another one, or against what was
 * measured of it before.
 *
 * @module
 */
import { logRatios } from "./analysis.ts";
import { assertComparable, type Baseline } from "./baseline.ts";
import { compare, type ComparisonReport, reportOf } from "./compare.ts";
import { type Fingerprint, fingerprint } from "./fingerprint.ts";
import { affordableNoisePairs, planComparison } from "./plan.ts";
import type { CompareCommand } from "./run.ts";
import { runPairs, runSeries, warmUp } from "./runs.ts";
import {
  type MeasureOptions,
  resolveOptions,
  type Settings,
} from "./settings.ts";

/**
 * Measures commands before and after a change.
 *
 * {@linkcode compare} has both run interleaved, and is what to trust. A stored
 * baseline is compared on its own host alone, and its report says that
 * whatever changed on the machine since then counts as a change too.
 *
 * @example
 * ```ts
 * import {
 *   loadBaseline,
 *   PerformanceIntegrator,
 *   saveBaseline,
 * } from "@troupe/troupe/compare";
 *
 * const integrator = new PerformanceIntegrator({ noisePairs: 8 });
 * const server = {
 *   label: "the server",
 *   command: [Deno.execPath(), "eval", "1 + 1"],
 * } as const;
 * const path = await Deno.makeTempFile();
 * await saveBaseline(path, await integrator.record(server));
 * // … the server changes …
 * const report = await integrator.compareWith(await loadBaseline(path), server);
 * console.log(report.verdict, report.caveats);
 * ```
 */
export class PerformanceIntegrator {
  readonly #options: MeasureOptions;
  readonly #settings: Settings;

  /**
   * An integrator whose measurements are all made so.
   *
   * @throws {RangeError} when an option is out of its range.
   */
  constructor(options: MeasureOptions = {}) {
    this.#options = options;
    this.#settings = resolveOptions(options);
  }

  /**
   * Measures a command in pairs with itself, as many as `noisePairs` says.
   *
   * @throws {RunFailedError} when a run fails.
   */
  async record(command: CompareCommand): Promise<Baseline> {
    const settings = this.#settings;
    const [runMs = 0] = await warmUp(settings, [command]);
    const pairs = affordableNoisePairs(settings, runMs);
    const sides = { a: command, b: command };
    const { metrics } = await runPairs(
      settings,
      "A/A",
      sides,
      pairs,
      settings.seed,
    );
    return {
      version: 1,
      label: command.label,
      measuredAt: new Date().toISOString(),
      fingerprint: await this.#fingerprint(command),
      metrics,
    };
  }

  /**
   * Compares two commands, interleaved: see the function `compare`.
   *
   * @throws {RunFailedError} when a run fails.
   */
  compare(
    before: CompareCommand,
    after: CompareCommand,
  ): Promise<ComparisonReport> {
    return compare({ ...this.#options, a: before, b: after });
  }

  /**
   * Compares a command with what was measured of it before, as far as those
   * numbers go; the noise is theirs too.
   *
   * @throws {BaselineError} when the baseline comes from another host, runtime
   * or configuration.
   * @throws {RunFailedError} when a run fails.
   */
  async compareWith(
    baseline: Baseline,
    command: CompareCommand,
  ): Promise<ComparisonReport> {
    const settings = this.#settings;
    const { budgetSeconds, maxPairs, metrics } = settings;
    assertComparable(baseline, await this.#fingerprint(command));
    const [runMs = 0] = await warmUp(settings, [command]);
    const before = baseline.metrics.map(({ a, b }) => [...a, ...b]);
    const plan = planComparison(
      baseline.metrics.map((runs) => logRatios(runs)),
      Math.log1p(settings.difference),
      { ...settings, metrics: metrics.length },
      Math.min(maxPairs, before[0]?.length ?? 0, budgetSeconds * 1000 / runMs),
    );
    const now = await runSeries(
      settings,
      "A/B",
      Array.from({ length: plan.pairs }, () => command),
    );
    const then = {
      ...command,
      label: `${baseline.label} at ${baseline.measuredAt}`,
    };
    const runs = now.map((numbers, metric) => ({
      a: before[metric]?.slice(0, plan.pairs) ?? [],
      b: numbers,
    }));
    const noisePairs = baseline.metrics[0]?.a.length ?? 0;
    const sides = { a: then, b: command };
    const report = await reportOf(settings, sides, plan, runs, noisePairs);
    return {
      ...report,
      caveats: [
        ...report.caveats,
        "The baseline was not measured interleaved: whatever changed on the " +
        "machine since then counts as a change. Compare both commands to be sure.",
      ],
    };
  }

  #fingerprint({ command }: CompareCommand): Promise<Fingerprint> {
    return fingerprint({
      command: [...command],
      metrics: this.#settings.metrics.map(({ name }) => name),
    });
  }
}
