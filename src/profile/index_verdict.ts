/**
 * Decides from measurements in pairs whether an index is worth it: pure
 * functions.
 *
 * @module
 */
import { bcaInterval } from "../stats/internal.ts";
import type {
  IndexTrialReport,
  MeasuredFactor,
  MeasuredMs,
  QueryGain,
} from "./database_report.ts";

/** The least time that is told from none: the resolution of the clock. */
const LEAST_MS = 0.001;

/** One measurement before a change, and one after it. */
export interface Pair {
  readonly before: number;
  readonly after: number;
}

/** Returns the factor by which the time before is that after, over all pairs. */
export function factorOf(pairs: readonly Pair[]): MeasuredFactor {
  const { estimate, low, high } = bcaInterval(
    pairs.map(({ before, after }) =>
      Math.log(Math.max(LEAST_MS, before) / Math.max(LEAST_MS, after))
    ),
  );
  return {
    estimate: Math.exp(estimate),
    low: Math.exp(low),
    high: Math.exp(high),
  };
}

/** Returns the median of times, with their quartiles. */
export function measuredMs(times: readonly number[]): MeasuredMs {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number): number =>
    sorted[Math.round((sorted.length - 1) * share)] ?? 0;
  return {
    medianMs: at(0.5),
    lowMs: at(0.25),
    highMs: at(0.75),
    samples: sorted.length,
  };
}

/** A list with what an index does to it, and how often it is read. */
export interface WeighedGain extends QueryGain {
  readonly count: number;
}

/** Returns the lists that an index makes faster, by at least that factor. */
export function gaining(
  queries: readonly QueryGain[],
  leastGain: number,
): readonly QueryGain[] {
  // The whole interval has to be above it: noise is no gain.
  return queries.filter(({ speedup }) => speedup.low >= leastGain);
}

/** Returns what comes of an index alone. */
export function verdictOf(
  queries: readonly WeighedGain[],
  leastGain: number,
): Exclude<IndexTrialReport["verdict"], "covered"> {
  if (gaining(queries, leastGain).length === 0) return "no_gain";
  const all = (of: "before" | "after"): number =>
    queries.reduce((sum, query) => sum + query.count * query[of].medianMs, 0);
  return all("after") < all("before") ? "recommended" : "slows_others";
}

/** A list of {@linkcode withoutCovered} may be slower by this share. */
const ABOUT = 1.25;

/**
 * Returns the trials, where one whose lists another one makes about as fast is
 * covered by that one. The one that saves the most time comes first.
 */
export function withoutCovered(
  trials: readonly IndexTrialReport[],
  leastGain: number,
): IndexTrialReport[] {
  const saved = ({ queries }: IndexTrialReport): number =>
    gaining(queries, leastGain).reduce(
      (sum, { before, after }) => sum + before.medianMs - after.medianMs,
      0,
    );
  const kept: IndexTrialReport[] = [];
  const rest: IndexTrialReport[] = [];
  for (const trial of trials.toSorted((a, b) => saved(b) - saved(a))) {
    if (trial.verdict !== "recommended") {
      rest.push(trial);
      continue;
    }
    const isCovered = gaining(trial.queries, leastGain).every((gain) =>
      kept.some(({ queries }) =>
        gaining(queries, leastGain).some(({ query, after }) =>
          query === gain.query &&
          after.medianMs <= gain.after.medianMs * ABOUT + LEAST_MS
        )
      )
    );
    if (isCovered) rest.unshift({ ...trial, verdict: "covered" });
    else kept.push(trial);
  }
  return [...kept, ...rest];
}
