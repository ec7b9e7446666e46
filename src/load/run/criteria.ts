/**
 * Whether criteria hold: pure decisions without I/O.
 *
 * @module
 */
import type { CriterionResult } from "../result.ts";
import { metricOf } from "../scenario/metric_rules.ts";
import { hasTags, type PlacedRow, rowsOf } from "../scenario/placed_steps.ts";
import type { Criterion, Scenario } from "../scenario/scenario.ts";
import { reasonOfBroken } from "./broken_criteria.ts";
import { valueOf } from "./measured.ts";
import type { ResolvedPhases } from "./phases.ts";
import type { SteadyResults } from "./steady_results.ts";

/**
 * The default limit of operations that failed, timed out or were dropped: a
 * percentile up to the 99th says nothing about users if more of them were not
 * served.
 */
const DEFAULT_LIMIT = 0.01;

/**
 * Returns the limits of a scenario for what it has no criterion for: of all
 * operations together, or of those that its criteria leave out. A criterion
 * about a count is one about its rate as well.
 */
export function defaultLimits(
  { load, criteria = [], operations }: Pick<
    Scenario,
    "load" | "criteria" | "operations"
  >,
): Criterion[] {
  // Only the open model drops operations.
  const metrics = load.model === "open" ? ["error", "drop"] : ["error"];
  const rows = rowsOf(operations).filter(({ isStep }) => !isStep);
  const stages =
    load.stages?.flatMap(({ name, warmUp }) => warmUp ? [] : [name]) ?? [];
  return metrics.flatMap((of) => {
    const own = criteria.filter(({ metric }) =>
      metric === `${of}Rate` || metric === `${of}Count`
    );
    const limit = {
      metric: `${of}Rate`,
      is: "at_most",
      value: DEFAULT_LIMIT,
    } as const;
    if (own.length === 0) return [limit];
    return uncovered(own, rows, stages).map((where) => ({
      ...limit,
      ...where,
    }));
  });
}

/**
 * Returns what criteria are not about: of operations in all stages that count,
 * or, if a criterion names a stage, of the stages one by one.
 */
function uncovered(
  criteria: readonly Criterion[],
  rows: readonly PlacedRow[],
  stages: readonly string[],
): Pick<Criterion, "operation" | "stage">[] {
  const byStage = criteria.some(({ stage }) => stage !== undefined);
  return (byStage ? stages : [undefined]).flatMap((stage) => {
    const about = criteria.filter((one) =>
      one.stage === undefined || one.stage === stage
    );
    const where = stage === undefined ? {} : { stage };
    if (about.length === 0) return [where];
    return rows
      .filter((row) =>
        !about.some(({ operation, tags }) =>
          tags === undefined
            ? operation === undefined || operation === row.name
            : hasTags(row, tags)
        )
      )
      .map(({ name }) => ({ ...where, operation: name }));
  });
}

/**
 * Judges the criteria of a scenario and its default limits. A limit for which
 * there is no data is left out.
 */
export function judgeAll(
  scenario: Pick<Scenario, "load" | "criteria" | "operations">,
  results: SteadyResults,
): CriterionResult[] {
  return [
    ...judge(scenario.criteria ?? [], results),
    ...judge(defaultLimits(scenario), results, true)
      .filter(({ actual }) => actual !== null),
  ];
}

/** Judges criteria, or default limits, by the results of the steady phase. */
export function judge(
  criteria: readonly Criterion[],
  results: SteadyResults,
  isDefault: boolean = false,
): CriterionResult[] {
  return criteria.map((criterion) => {
    const measured = results.measured(criterion);
    const metric = metricOf(criterion.metric);
    const actual = measured === undefined || metric === undefined
      ? null
      : valueOf(metric, measured, criterion.check);
    const outcome = outcomeOf(criterion, actual);
    const reason = outcome === "held"
      ? null
      : reasonOfBroken(criterion, actual, measured, isDefault);
    return { criterion, actual, outcome, isDefault, reason };
  });
}

/** Returns why criteria do not hold, in sentences. */
export function reasonsOf(results: readonly CriterionResult[]): string[] {
  return results.flatMap(({ reason }) => reason === null ? [] : [reason]);
}

function outcomeOf(
  { is, value }: Criterion,
  actual: number | null,
): CriterionResult["outcome"] {
  if (actual === null) return "no_data";
  return compare(actual, is, value) ? "held" : "broken";
}

function compare(actual: number, is: Criterion["is"], value: number): boolean {
  switch (is) {
    case "below":
      return actual < value;
    case "at_most":
      return actual <= value;
    case "above":
      return actual > value;
    case "at_least":
      return actual >= value;
    default:
      return is satisfies never;
  }
}

const DEFAULT_ABORT_AFTER_MS = 5000;

/** A criterion that ends a run. */
export interface Abort {
  readonly result: CriterionResult;
  /** Why it ends the run, in a sentence. */
  readonly reason: string;
}

/**
 * Returns the criterion that ends a run after so much of the load; `undefined`
 * if none does. Its delay counts from the start of what it is about.
 */
export function abortingCriterion(
  criteria: readonly Criterion[],
  { stages, rampUpMs }: Pick<ResolvedPhases, "stages" | "rampUpMs">,
  elapsedMs: number,
  results: () => SteadyResults,
): Abort | undefined {
  const due = criteria.filter(({ abort, abortAfterMs, stage }) => {
    const startMs = stage === undefined
      ? rampUpMs
      : stages.find(({ name }) => name === stage)?.startMs ?? Infinity;
    return abort &&
      elapsedMs - startMs >= (abortAfterMs ?? DEFAULT_ABORT_AFTER_MS);
  });
  if (due.length === 0) return undefined;
  const result = judge(due, results()).find(({ reason }) => reason !== null);
  return result &&
    { result, reason: `A criterion ended the run: ${result.reason}` };
}
