/**
 * The progress of a load, whichever threads generate it.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import type { MetricsFeed } from "../../metrics/mod.ts";
import type { LoadProgress, TimelinePoint } from "../result.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { judgeAll } from "./criteria.ts";
import type { Load } from "./load.ts";
import type { SteadyResults } from "./steady_results.ts";
import { loadMs, phaseAt, type ResolvedPhases, stageNameAt } from "./phases.ts";

/** Everything that progress is made of. */
export interface ProgressFacts {
  readonly scenario: Scenario;
  readonly phases: ResolvedPhases;
  readonly feed: MetricsFeed | undefined;
  readonly load: Pick<Load, "total" | "results">;
  readonly elapsedMs: number;
  readonly inFlight: number;
  readonly point: TimelinePoint;
}

/**
 * Returns the progress of a load, with its criteria as they stand. Summing up
 * takes some milliseconds of the thread that generates the load, and so is left
 * undone for those who do not read it.
 */
export function progressOf(facts: ProgressFacts): LoadProgress {
  const { scenario, phases, feed, load, elapsedMs, inFlight, point } = facts;
  let summed: SteadyResults | undefined;
  const results = (): SteadyResults => summed ??= load.results();
  return {
    phase: phaseAt(phases, elapsedMs),
    stage: stageNameAt(phases, elapsedMs),
    elapsedMs,
    plannedMs: loadMs(phases),
    total: load.total(),
    inFlight,
    point,
    get steady() {
      return results().all;
    },
    get operations() {
      return results().operations;
    },
    get criteria() {
      return judgeAll(scenario, results());
    },
    metrics: feed?.latest ?? null,
  };
}

/**
 * Reports progress, and adds what `onProgress` throws or rejects with to the
 * warnings, if it is the first of them.
 */
export function reportProgress(
  onProgress: (progress: LoadProgress) => void,
  progress: LoadProgress,
  warnings: string[],
): void {
  // An asynchronous one rejects, and nobody else would notice.
  Promise.try(onProgress, progress).catch((error) => {
    if (warnings.length > 0) return;
    warnings.push(`onProgress threw: ${reasonOf(error)}`);
  });
}
