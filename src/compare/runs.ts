/**
 * The runs of a comparison, one after the other.
 *
 * @module
 */
import type { MetricRuns } from "./analysis.ts";
import { RunFailedError } from "./errors.ts";
import type { CompareCommand } from "./run.ts";
import { schedulePairs, type SideName } from "./schedule.ts";
import type { CompareProgress, Settings } from "./settings.ts";

/** The numbers of pairs of runs, and how long a run took. */
export interface PairRuns {
  /** By metric. */
  readonly metrics: readonly MetricRuns[];
  /** On average, by the clock, in milliseconds. */
  readonly runMs: number;
}

/** Runs each command once, and forgets the numbers: caches are warm after it. */
export async function warmUp(
  settings: Settings,
  commands: readonly CompareCommand[],
): Promise<number[]> {
  const durations: number[] = [];
  for (const command of commands) {
    const begun = settings.clock.now();
    const done = durations.length;
    settings.onProgress?.({ phase: "warm-up", done, total: commands.length });
    await measureOnce(settings, command);
    durations.push(settings.clock.now() - begun);
  }
  return durations;
}

/** Runs commands in their order; gives the numbers of each metric in turn. */
export async function runSeries(
  settings: Settings,
  phase: CompareProgress["phase"],
  commands: readonly CompareCommand[],
): Promise<number[][]> {
  const series: number[][] = settings.metrics.map(() => []);
  for (const [done, command] of commands.entries()) {
    settings.onProgress?.({ phase, done, total: commands.length });
    const values = await measureOnce(settings, command);
    series.forEach((numbers, metric) => numbers.push(values[metric] ?? NaN));
  }
  return series;
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
  const begun = settings.clock.now();
  const series = await runSeries(
    settings,
    phase,
    order.map((side) => commands[side]),
  );
  const of = (numbers: number[], wanted: SideName) =>
    numbers.filter((_, run) => order[run] === wanted);
  return {
    metrics: series.map((runs) => ({ a: of(runs, "a"), b: of(runs, "b") })),
    runMs: (settings.clock.now() - begun) / order.length,
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
    !values.every((value) => value > 0 && Number.isFinite(value))
  ) {
    throw new RunFailedError(
      `Cannot compare ${command.label}: a run gave [${
        values.join(", ")
      }], and ${metrics.length} numbers above 0 are needed`,
    );
  }
  return values;
}
