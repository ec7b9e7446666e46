/**
 * Before and after: compares a command with another one, or with a baseline of
 * itself.
 *
 * @module
 */
import { logRatios } from "./analysis.ts";
import { assertComparable, type Baseline } from "./baseline.ts";
import { compare, type ComparisonReport, reportOf } from "./compare.ts";
import { type Fingerprint, fingerprint } from "./fingerprint.ts";
import { affordableNoisePairs, planComparison } from "./plan.ts";
import { checkCommand, type CompareCommand } from "./run.ts";
import { runPairs, runSeries, warmUp } from "./runs.ts";
import {
  type MeasureOptions,
  resolveOptions,
  type Settings,
} from "./settings.ts";

/**
 * Measures commands before and after a change, directly or with a saved
 * baseline.
 *
 * `compare` runs both commands interleaved, which is the most reliable. A saved
 * baseline can be compared on its own host only, and the report warns that
 * everything that changed on the machine since then counts as a change.
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
   * Creates an integrator that measures and judges with these options.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an option has the wrong type.
   * @throws {RangeError} if an option is out of its range.
   */
  constructor(options: MeasureOptions = {}) {
    this.#options = options;
    this.#settings = resolveOptions(options);
  }

  /**
   * Records a baseline: measures `noisePairs` pairs of a command with itself.
   *
   * @throws {RunFailedError} if a run fails.
   */
  async record(command: CompareCommand): Promise<Baseline> {
    checkCommand("the command", command);
    const settings = this.#settings;
    const [runMs = 0] = await warmUp(settings, [command]);
    const pairs = affordableNoisePairs(settings, runMs);
    const sides = { a: command, b: command };
    const { metrics } = await runPairs(
      settings,
      "noise",
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
   * Compares two commands with interleaved runs, like the function `compare`.
   *
   * @throws {RunFailedError} if a run fails.
   */
  compare(
    before: CompareCommand,
    after: CompareCommand,
  ): Promise<ComparisonReport> {
    return compare({ ...this.#options, a: before, b: after });
  }

  /**
   * Compares a command with a baseline of it. There are no more runs than the
   * baseline has, and the noise is that of the baseline.
   *
   * @throws {BaselineError} if the baseline comes from another host, runtime or
   * configuration.
   * @throws {RunFailedError} if a run fails.
   */
  async compareWith(
    baseline: Baseline,
    command: CompareCommand,
  ): Promise<ComparisonReport> {
    checkCommand("the command", command);
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
    const { series: now, failures } = await runSeries(
      settings,
      "comparison",
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
    const report = await reportOf(settings, sides, plan, {
      metrics: runs,
      failures,
      noisePairs,
    });
    return {
      ...report,
      caveats: [
        ...report.caveats,
        "The baseline was not measured interleaved: everything that changed on " +
        "the machine since then counts as a change. Compare both commands to be sure.",
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
