/**
 * Whether criteria hold: pure decisions about results.
 *
 * @module
 */
import type { DistributionSummary } from "../../metrics/mod.ts";
import type { CriterionResult, OperationResult } from "../result.ts";
import type { Criterion } from "../scenario/scenario.ts";

/** What criteria can be about, with how each is found in a result. */
const METRICS: ReadonlyMap<string, (of: OperationResult) => number | null> =
  new Map([
    ...timesOf("latency"),
    ...timesOf("serviceTime"),
    ["errorRate", (of) => of.errorRate],
    ["throughput", (of) => of.throughput],
    [
      "dropRate",
      ({ accounting: { planned, dropped } }) =>
        planned === 0 ? null : dropped / planned,
    ],
  ]);

/** The names of all metrics that criteria can be about. */
export const METRIC_NAMES: readonly string[] = [...METRICS.keys()];

function timesOf(
  times: "latency" | "serviceTime",
): [string, (of: OperationResult) => number | null][] {
  const parts: readonly Exclude<keyof DistributionSummary, "count" | "sum">[] =
    ["min", "mean", "p50", "p90", "p95", "p99", "p999", "max"];
  return parts.map((part) => [`${times}.${part}`, (of) => of[times][part]]);
}

/** Judges criteria by the results of the steady phase. */
export function judge(
  criteria: readonly Criterion[],
  steady: OperationResult,
  operations: readonly OperationResult[],
): CriterionResult[] {
  return criteria.map((criterion) => {
    const { metric, operation } = criterion;
    const of = operation === undefined
      ? steady
      : operations.find(({ name }) => name === operation);
    const actual = of === undefined ? null : METRICS.get(metric)?.(of) ?? null;
    return { criterion, actual, outcome: outcomeOf(criterion, actual) };
  });
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

/** A sentence that says how a criterion fared. */
export function tellCriterion({ criterion, actual }: CriterionResult): string {
  const { metric, operation, is, value } = criterion;
  const what = operation === undefined ? metric : `${metric} of ${operation}`;
  const found = actual === null
    ? "there is no data"
    : `it is ${Number(actual.toPrecision(4))}`;
  return `${what} is to be ${is.replace("-", " ")} ${value}: ${found}.`;
}
