/**
 * Finds what goes up together in one run, over all components.
 *
 * @module
 */
import { checkOptionNames, type OptionNames } from "../checks/internal.ts";
import {
  correlate,
  type CorrelateOptions,
  type Correlation,
  LEAST_CHANGES,
  stepsOf,
} from "./correlation.ts";
import { type RunMeasurements, seriesOfRun } from "./run_series.ts";

const MEASUREMENTS: OptionNames<RunMeasurements> = {
  load: true,
  service: true,
  store: true,
  series: true,
};

/** A series of a run, and how much of it there is. */
export interface CorrelatedSeries {
  /** Name of the series: its component, and what is measured. */
  readonly name: string;
  /** Steps in which it changed or could have: those after another one. */
  readonly changes: number;
  /** Whether it was compared: with few changes, nothing is claimed of it. */
  readonly isCompared: boolean;
}

/** What changes together in a run. */
export interface CorrelationReport {
  /** Summary of the report, as a sentence. */
  readonly summary: string;
  /** Changes that a series must have to be compared. */
  readonly leastChanges: number;
  /** Series that change together, the strongest pair first. */
  readonly correlations: readonly Correlation[];
  /** All series of the run. */
  readonly series: readonly CorrelatedSeries[];
}

/**
 * Finds what changes together in one run: latency and failures of its load test,
 * CPU, garbage collections, event loop and mailboxes of the service, and threads
 * and queues of the store. It says nothing about series with few changes, nor
 * which of two is the cause.
 *
 * @example
 * ```ts
 * import { correlateRun } from "@troupe/troupe/profile";
 *
 * const points = [1, 5, 2].map((value, step) => ({ atMs: 1000 * step, value }));
 * const { correlations, series } = correlateRun({
 *   series: [{ name: "queue", points }, { name: "latency", points }],
 * });
 * // Three values are too few for any claim.
 * console.assert(correlations.length === 0 && !series[0]?.isCompared);
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if the run is no object, or an option has the wrong type or
 * is not known.
 * @throws {RangeError} if an option is out of its range.
 */
export function correlateRun(
  run: RunMeasurements,
  options: CorrelateOptions = {},
): CorrelationReport {
  checkOptionNames("correlateRun()", run, MEASUREMENTS);
  if (Object.values(run).every((given) => given === undefined)) {
    throw new TypeError(
      "Cannot correlate a run: it has no measurements, give load, service, store or series",
    );
  }
  const all = seriesOfRun(run);
  const correlations = correlate(all, options);
  const { stepMs = 1000 } = options;
  const series = all.map(({ name, points }) => {
    const changes = stepsOf(points, stepMs);
    return { name, changes, isCompared: changes >= LEAST_CHANGES };
  });
  const compared = series.filter(({ isCompared }) => isCompared).length;
  return {
    summary: summaryOf(correlations, compared, series.length),
    leastChanges: LEAST_CHANGES,
    correlations,
    series,
  };
}

function summaryOf(
  [strongest]: readonly Correlation[],
  compared: number,
  all: number,
): string {
  if (compared < 2) {
    return `Nothing can be said: ${compared} of ${all} series have ${LEAST_CHANGES} changes or more.`;
  }
  if (strongest === undefined) {
    return `None of ${compared} series change together beyond chance.`;
  }
  const { leads, follows, lagMs, rho, low, high } = strongest;
  const order = lagMs === 0
    ? `${leads} and ${follows} change together`
    : `${follows} follows ${leads} after ${lagMs} ms`;
  return `${order}: rho is ${rho.toFixed(2)} (${low.toFixed(2)} to ${
    high.toFixed(2)
  }).`;
}
