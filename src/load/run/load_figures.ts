/**
 * What a load has measured, in its steady phase and in each of its stages: pure
 * decisions without I/O.
 *
 * @module
 */
import type { StageResult } from "../result_details.ts";
import type { PlacedRow } from "../scenario/placed_steps.ts";
import type { OperationRecorder } from "./operation_recorder.ts";
import { measuredMs, type PlannedStage } from "./stage_plan.ts";
import { type SteadyResults, steadyResults } from "./steady_results.ts";

/** What a load has measured. Criteria that name a stage are about it. */
export interface LoadFigures extends SteadyResults {
  /** The stages of the scenario that have begun. */
  readonly stages: readonly StageResult[];
}

/** The recorders of a load, and what they are. */
export interface FiguresFacts {
  readonly recorders: readonly OperationRecorder[];
  readonly model: "open" | "closed";
  readonly rows: readonly PlacedRow[];
  readonly stages: readonly PlannedStage[];
  /** When the load started, in milliseconds of the run. */
  readonly startedMs: number;
  /** Until when operations started, in milliseconds of the load. */
  readonly issuedMs: number;
}

/** Sums up what was recorded. */
export function loadFigures(facts: FiguresFacts): LoadFigures {
  const { recorders, model, rows, stages, startedMs, issuedMs } = facts;
  const steady = steadyResults(
    recorders,
    model,
    measuredMs(stages, issuedMs),
    rows,
  );
  const known = new Map<PlannedStage, SteadyResults>();
  const resultsOf = (stage: PlannedStage): SteadyResults => {
    const found = known.get(stage) ?? steadyResults(
      recorders.flatMap((one) => one.stages[stage.index] ?? []),
      model,
      lastedMs(stage),
      rows,
    );
    known.set(stage, found);
    return found;
  };
  const lastedMs = ({ startMs, endMs }: PlannedStage) =>
    Math.min(endMs, issuedMs) - startMs;
  const begun = stages.filter(({ isNamed, startMs }) =>
    isNamed && startMs < issuedMs
  );
  return {
    ...steady,
    // Not everybody who looks at a load looks at its stages.
    get stages() {
      return begun.map((stage) => {
        const { all, operations } = resultsOf(stage);
        return {
          name: stage.name,
          warmUp: !stage.isMeasured,
          startedMs: startedMs + stage.startMs,
          durationMs: lastedMs(stage),
          all,
          operations,
        };
      });
    },
    measured(criterion) {
      if (criterion.stage === undefined) return steady.measured(criterion);
      const stage = begun.find(({ name }) => name === criterion.stage);
      return stage && resultsOf(stage).measured(criterion);
    },
  };
}
