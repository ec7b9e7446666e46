/**
 * The runs of a comparison, in sequence.
 *
 * @module
 */
import type { MetricRuns } from "./analysis.ts";
import { RunFailedError } from "./errors.ts";
import type { CompareCommand } from "./run.ts";
import { schedulePairs, type SideName } from "./schedule.ts";
import type { CompareProgress, Settings } from "./settings.ts";

/** The numbers of pairs of runs, and the duration of a run. */
export interface PairRuns {
  /** The numbers, by metric. */
  readonly metrics: readonly MetricRuns[];
  /** Mean duration of a run in milliseconds. */
  readonly runMs: number;
  /** Why runs failed that were repeated. */
  readonly failures: readonly string[];
}

/** The numbers of runs in sequence. */
export interface SeriesRuns {
  /** The numbers of each metric, one for each run. */
  readonly series: readonly (readonly number[])[];
  /** Why runs failed that were repeated. */
  readonly failures: readonly string[];
}

/**
 * Runs each command once to warm up caches; resolves with the durations in
 * milliseconds.
 */
export async function warmUp(
  settings: Settings,
  commands: readonly CompareCommand[],
): Promise<number[]> {
  const durations: number[] = [];
  for (const command of commands) {
    const startedAt = settings.clock.now();
    const done = durations.length;
    settings.onProgress?.({ phase: "warm_up", done, total: commands.length });
    await measureOnce(settings, command);
    durations.push(settings.clock.now() - startedAt);
  }
  return durations;
}

/**
 * Runs commands in their order. A run that fails is repeated once: one bad run in
 * hundreds is the machine's, two in a row are the command's.
 *
 * @throws {RunFailedError} if a run fails twice.
 */
export async function runSeries(
  settings: Settings,
  phase: CompareProgress["phase"],
  commands: readonly CompareCommand[],
): Promise<SeriesRuns> {
  const series: number[][] = settings.metrics.map(() => []);
  const failures: string[] = [];
  for (const [done, command] of commands.entries()) {
    settings.onProgress?.({ phase, done, total: commands.length });
    const values = await measureOnce(settings, command).catch((error) => {
      if (!(error instanceof RunFailedError)) throw error;
      failures.push(error.message);
      return measureOnce(settings, command);
    });
    series.forEach((numbers, metric) => numbers.push(values[metric] ?? NaN));
  }
  return { series, failures };
}

/** Runs pairs of two commands, which may be the same, interleaved. */
export async function runPairs(
  settings: Settings,
  phase: CompareProgress["phase"],
  commands: { readonly a: CompareCommand; readonly b: CompareCommand },
  pairs: number,
  seed: number,
): Promise<PairRuns> {
  const order = schedulePairs(pairs, seed).flat();
  const startedAt = settings.clock.now();
  const { series, failures } = await runSeries(
    settings,
    phase,
    order.map((side) => commands[side]),
  );
  const of = (numbers: readonly number[], wanted: SideName) =>
    numbers.filter((_, run) => order[run] === wanted);
  return {
    metrics: series.map((runs) => ({ a: of(runs, "a"), b: of(runs, "b") })),
    failures,
    runMs: (settings.clock.now() - startedAt) / order.length,
  };
}

async function measureOnce(
  { measure, metrics, signal }: Settings,
  command: CompareCommand,
): Promise<readonly number[]> {
  signal?.throwIfAborted();
  const values = await measure(command, signal);
  if (
    values.length !== metrics.length ||
    !values.every((value) => value >= 0 && Number.isFinite(value))
  ) {
    throw new RunFailedError(
      `Cannot compare ${command.label}: a run measured [${
        values.join(", ")
      }], it must be ${metrics.length} numbers of 0 or more`,
    );
  }
  return values;
}
