/**
 * What the page beside a run is sent: texts as reports have them.
 *
 * @module
 */
import type {
  LoadEnd,
  LoadEvent,
  LoadOperation,
  LoadResults,
} from "../../metrics/internal.ts";
import { actualText, criterionText } from "../report/content.ts";
import type { OperationResult } from "../operation_result.ts";
import type { CriterionResult, LoadProgress, LoadResult } from "../result.ts";
import { phaseText } from "../run/phases.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Returns the event of the progress of a run. */
export function loadEventOf(
  { name, description, load: { model } }: Scenario,
  progress: LoadProgress,
): LoadEvent {
  const { phase, stage, steady, operations, criteria } = progress;
  return {
    run: { name, description: description ?? null, model },
    phase: stage === null ? phaseText(phase) : stage,
    elapsedMs: progress.elapsedMs,
    plannedMs: progress.plannedMs,
    total: progress.total,
    inFlight: progress.inFlight,
    point: progress.point,
    results: resultsOf(criteria, steady, operations),
    // Snapshots have events of their own.
    metrics: null,
  };
}

/** Returns the event of the end of a run, with the path of its report. */
export function loadEndOf(
  result: LoadResult,
  report: string | undefined,
): LoadEnd {
  const { verdict, reasons, warnings, criteria, steady, operations } = result;
  return {
    verdict,
    durationMs: result.durationMs,
    total: result.total,
    reasons,
    warnings,
    results: resultsOf(criteria, steady, operations),
    report: report ?? null,
  };
}

function resultsOf(
  criteria: readonly CriterionResult[],
  steady: OperationResult,
  operations: readonly OperationResult[],
): LoadResults {
  return {
    criteria: criteria.map((result) => ({
      text: criterionText(result),
      value: result.actual === null ? null : actualText(result),
      holds: result.outcome === "no_data" ? null : result.outcome === "held",
    })),
    operations: (operations.length === 1 ? operations : [
      ...operations,
      steady,
    ]).map(operationOf),
    errors: steady.errors.map(({ message, count }) => ({ message, count })),
  };
}

function operationOf(
  { name, accounting, throughput, latency }: OperationResult,
): LoadOperation {
  const { ok, failed, timedOut, dropped } = accounting;
  return {
    name,
    ok,
    failed,
    timedOut,
    dropped,
    perSecond: throughput,
    p50Ms: latency.p50,
    p95Ms: latency.p95,
    p99Ms: latency.p99,
    maxMs: latency.max,
  };
}
