/**
 * How runs are made and judged.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { realClock } from "../actor/internal.ts";
import type { CompareMetric } from "./metric.ts";
import { type CompareCommand, runCommand } from "./run.ts";

/** Makes one run of a command; gives one number above 0 for each metric. */
export type Measure = (
  command: CompareCommand,
  signal: AbortSignal | undefined,
) => Promise<readonly number[]>;

/** How runs are made and judged. */
export interface MeasureOptions {
  /** At least one, each name once. @default {[{ name: "wall" }]} */
  readonly metrics?: readonly CompareMetric[];
  /**
   * The difference to see, above 0: 0.01 is 1 %. Smaller ones pass.
   * @default {0.01}
   */
  readonly difference?: number;
  /**
   * The chance of a false alarm over all metrics, between 0 and 1.
   * @default {0.05}
   */
  readonly alpha?: number;
  /** The chance to see the difference, between 0 and 1. @default {0.8} */
  readonly power?: number;
  /**
   * Pairs of A with itself: even, 8 to 1,000. Fewer are made, but at least 8,
   * where they would take more than a third of the budget.
   * @default {20}
   */
  readonly noisePairs?: number;
  /** Pairs of A and B at most, 2 to 1,000. @default {200} */
  readonly maxPairs?: number;
  /**
   * The time for everything. It is planned with and not enforced: the number
   * of pairs stays as it was fixed, also where runs get slower.
   * @default {600}
   */
  readonly budgetSeconds?: number;
  /** The limit of one run, in milliseconds. @default {600000} */
  readonly runTimeoutMs?: number;
  /** Of the order of runs and of the intervals; an integer. @default {1} */
  readonly seed?: number;
  /** Ends the run under way; the comparison rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called before each run. */
  readonly onProgress?: (progress: CompareProgress) => void;
  /** How a run is made. @default {in a process of its own} */
  readonly measure?: Measure;
  /** The source of time of the budget. @default {realClock} */
  readonly clock?: Clock;
}

/** How far a comparison is. */
export interface CompareProgress {
  /** Which runs these are. */
  readonly phase: "warm-up" | "A/A" | "A/B";
  /** Runs of the phase that are done. */
  readonly done: number;
  /** All runs of the phase. */
  readonly total: number;
}

/** The options, each with a value. */
export type Settings =
  & Required<Omit<MeasureOptions, "signal" | "onProgress" | "runTimeoutMs">>
  & Pick<MeasureOptions, "signal" | "onProgress">;

/**
 * Puts the defaults in.
 *
 * @throws {RangeError} when an option is out of its range.
 */
export function resolveOptions(options: MeasureOptions): Settings {
  const {
    metrics = [{ name: "wall" }],
    runTimeoutMs: timeoutMs = 600_000,
    signal,
    onProgress,
  } = options;
  const settings: Settings = {
    metrics,
    difference: options.difference ?? 0.01,
    alpha: options.alpha ?? 0.05,
    power: options.power ?? 0.8,
    noisePairs: options.noisePairs ?? 20,
    maxPairs: options.maxPairs ?? 200,
    budgetSeconds: options.budgetSeconds ?? 600,
    seed: options.seed ?? 1,
    measure: options.measure ??
      ((command, signal) =>
        runCommand(command, metrics, { timeoutMs, ...signal && { signal } })),
    clock: options.clock ?? realClock,
    ...signal && { signal },
    ...onProgress && { onProgress },
  };
  check("difference", settings.difference, (n) => n > 0, "above 0");
  check("alpha", settings.alpha, (n) => n > 0 && n < 1, "between 0 and 1");
  check("power", settings.power, (n) => n > 0 && n < 1, "between 0 and 1");
  check("noisePairs", settings.noisePairs, isEvenFrom8, "even, 8 to 1000");
  check("maxPairs", settings.maxPairs, (n) => n >= 2 && n <= 1000, "2 to 1000");
  check("budgetSeconds", settings.budgetSeconds, (n) => n > 0, "above 0");
  check("runTimeoutMs", timeoutMs, (n) => n > 0, "above 0");
  check("seed", settings.seed, Number.isInteger, "an integer");
  const names = new Set(metrics.map(({ name }) => name));
  if (names.size === 0 || names.size < metrics.length) {
    throw new RangeError(
      "Cannot compare: metrics must be at least one, and each name be there once",
    );
  }
  return settings;
}

function isEvenFrom8(value: number): boolean {
  return value >= 8 && value <= 1000 && value % 2 === 0;
}

function check(
  name: string,
  value: number,
  fits: (value: number) => boolean,
  range: string,
): void {
  if (!fits(value)) {
    throw new RangeError(`Cannot compare: ${name} is ${value}, not ${range}`);
  }
}
