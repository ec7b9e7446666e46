/**
 * The options of a comparison: how commands are measured and judged.
 *
 * @module
 */
import { type Clock, realClock } from "../actor/mod.ts";
import {
  checkArray,
  checkFunction,
  checkOneOf,
  checkOptionNames,
  checkString,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import type { CompareMetric } from "./metric.ts";
import { type CompareCommand, runCommand } from "./run.ts";

/**
 * Runs a command once; resolves with one number of 0 or more for each metric, in
 * their order.
 */
export type Measure = (
  command: CompareCommand,
  signal: AbortSignal | undefined,
) => Promise<readonly number[]>;

/** How commands are measured and judged. */
export interface MeasureOptions {
  /**
   * Metrics to measure: at least one, each name once.
   * @default {[{ name: "wall" }]}
   */
  readonly metrics?: readonly CompareMetric[];
  /**
   * Smallest difference of interest, above 0: 0.01 is 1 %. Smaller differences
   * pass.
   * @default {0.01}
   */
  readonly difference?: number;
  /**
   * Probability of a false alarm over all metrics, between 0 and 1.
   * @default {0.05}
   */
  readonly alpha?: number;
  /**
   * Probability of detecting the difference, between 0 and 1.
   * @default {0.8}
   */
  readonly power?: number;
  /**
   * Pairs of A with itself: an even number from 8 to 1,000. Fewer are measured,
   * but at least 8, if they would take more than a third of the budget.
   * @default {20}
   */
  readonly noisePairs?: number;
  /**
   * Maximum number of pairs of A and B, from 2 to 1,000.
   * @default {200}
   */
  readonly maxPairs?: number;
  /**
   * Seconds for the whole comparison, above 0. They are planned with, but not
   * enforced: the number of pairs stays fixed even if runs get slower.
   * @default {600}
   */
  readonly budgetSeconds?: number;
  /**
   * Milliseconds that one run may take, above 0.
   * @default {600000}
   */
  readonly runTimeoutMs?: number;
  /**
   * Seed of the order of runs and of the intervals, a whole number.
   * @default {1}
   */
  readonly seed?: number;
  /** Cancels the comparison, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called before each run of a command. */
  readonly onProgress?: (progress: CompareProgress) => void;
  /**
   * Runs a command once.
   * @default {in a process of its own}
   */
  readonly measure?: Measure;
  /**
   * Clock that measures the budget.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** The progress of a comparison. */
export interface CompareProgress {
  /**
   * Phase of the comparison: `warm_up`, pairs of A with itself for the `noise`,
   * and pairs of A and B for the `comparison`.
   */
  readonly phase: "warm_up" | "noise" | "comparison";
  /** Number of runs of the phase that are done. */
  readonly done: number;
  /** Number of all runs of the phase. */
  readonly total: number;
}

/** The options with defaults filled in. */
export type Settings =
  & Required<Omit<MeasureOptions, "signal" | "onProgress" | "runTimeoutMs">>
  & Pick<MeasureOptions, "signal" | "onProgress">;

const DEFAULTS = {
  difference: 0.01,
  alpha: 0.05,
  power: 0.8,
  noisePairs: 20,
  maxPairs: 200,
  budgetSeconds: 600,
  runTimeoutMs: 600_000,
  seed: 1,
};
const RANGES = {
  difference: { above: 0 },
  alpha: { above: 0, below: 1 },
  power: { above: 0, below: 1 },
  noisePairs: { min: 8, max: 1000, integer: true },
  maxPairs: { min: 2, max: 1000, integer: true },
  budgetSeconds: { above: 0 },
  runTimeoutMs: { above: 0 },
  seed: { integer: true },
};

/** The names of the options. */
export const MEASURE_OPTION_NAMES: OptionNames<MeasureOptions> = {
  metrics: true,
  difference: true,
  alpha: true,
  power: true,
  noisePairs: true,
  maxPairs: true,
  budgetSeconds: true,
  runTimeoutMs: true,
  seed: true,
  signal: true,
  onProgress: true,
  measure: true,
  clock: true,
};
const METRIC_NAMES: OptionNames<CompareMetric> = { name: true, better: true };

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError} if an option has the wrong type or is not known.
 * @throws {RangeError} if an option is out of its range.
 */
export function resolveOptions(options: MeasureOptions): Settings {
  checkOptionNames("a comparison", options, MEASURE_OPTION_NAMES);
  const {
    metrics = [{ name: "wall" }],
    signal,
    onProgress,
    measure,
  } = options;
  checkArray("metrics", metrics, 'a list, such as [{ name: "wall" }]');
  for (const metric of metrics) {
    checkOptionNames("a metric", metric, METRIC_NAMES);
    checkString("the name of a metric", metric.name);
    const { better } = metric;
    if (better !== undefined) checkOneOf("better", better, ["lower", "higher"]);
  }
  if (onProgress !== undefined) checkFunction("onProgress", onProgress);
  if (measure !== undefined) checkFunction("measure", measure);
  const { runTimeoutMs: timeoutMs, ...numbers } = resolveNumbers(
    options,
    DEFAULTS,
    RANGES,
  );
  const settings: Settings = {
    metrics,
    ...numbers,
    measure: measure ??
      ((command, signal) =>
        runCommand(command, metrics, { timeoutMs, ...signal && { signal } })),
    clock: options.clock ?? realClock,
    ...signal && { signal },
    ...onProgress && { onProgress },
  };
  const { noisePairs } = settings;
  if (noisePairs % 2 !== 0) {
    throw new RangeError(
      `Cannot use noisePairs: it is ${noisePairs}, it must be even`,
    );
  }
  const names = new Set(metrics.map(({ name }) => name));
  if (names.size === 0 || names.size < metrics.length) {
    throw new RangeError(
      "Cannot use metrics: there must be at least one, and no two of one name",
    );
  }
  return settings;
}
