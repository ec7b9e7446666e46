/**
 * Whether criteria hold: pure decisions without I/O.
 *
 * @module
 */
import type { DistributionSummary } from "../../metrics/mod.ts";
import { limitText, measuredText } from "../report/metric_text.ts";
import type { CriterionResult, OperationResult } from "../result.ts";
import { type PartName, PARTS } from "./part_times.ts";
import type { Criterion, Scenario } from "../scenario/scenario.ts";

/** All metrics that criteria may use, with how each is read from a result. */
const METRICS: ReadonlyMap<string, (of: OperationResult) => number | null> =
  new Map([
    ...timesOf("latency"),
    ...timesOf("serviceTime"),
    ...PARTS.flatMap(([part]) => timesOf(part)),
    ["errorRate", (of) => of.errorRate],
    ["throughput", (of) => of.throughput],
    [
      "dropRate",
      ({ accounting: { planned, dropped } }) =>
        planned === 0 ? null : dropped / planned,
    ],
  ]);

/** The names of all metrics that criteria may use. */
export const METRIC_NAMES: readonly string[] = [...METRICS.keys()];

function timesOf(
  times: "latency" | "serviceTime" | PartName,
): [string, (of: OperationResult) => number | null][] {
  const statistics: readonly Exclude<
    keyof DistributionSummary,
    "count" | "sum"
  >[] = ["min", "mean", "p50", "p90", "p95", "p99", "p999", "max"];
  return statistics.map((statistic) => [
    `${times}.${statistic}`,
    (of) => of[times]?.[statistic] ?? null,
  ]);
}

/**
 * The default limit of operations that failed, timed out or were dropped: a
 * percentile up to the 99th says nothing about users if more of them were not
 * served.
 */
const DEFAULT_LIMIT = 0.01;

/**
 * Returns the limits of a scenario for what it has no criterion for: of all
 * operations together, or of those that its criteria leave out.
 */
export function defaultLimits(
  model: "open" | "closed",
  criteria: readonly Criterion[],
  operations: readonly { readonly name: string }[],
): Criterion[] {
  // Only the open model drops operations.
  const metrics = model === "open" ? ["errorRate", "dropRate"] : ["errorRate"];
  return metrics.flatMap((metric) => {
    const own = criteria.filter((criterion) => criterion.metric === metric);
    const limit = { metric, is: "at_most", value: DEFAULT_LIMIT } as const;
    if (own.length === 0) return [limit];
    if (own.some(({ operation }) => operation === undefined)) return [];
    return operations
      .filter(({ name }) => own.every(({ operation }) => operation !== name))
      .map(({ name }) => ({ ...limit, operation: name }));
  });
}

/**
 * Judges the criteria of a scenario and its default limits. A limit for which
 * there is no data is left out.
 */
export function judgeAll(
  { load: { model }, criteria = [], operations: all }: Pick<
    Scenario,
    "load" | "criteria" | "operations"
  >,
  steady: OperationResult,
  operations: readonly OperationResult[],
): CriterionResult[] {
  const limits = defaultLimits(model, criteria, all);
  return [
    ...judge(criteria, steady, operations),
    ...judge(limits, steady, operations)
      .filter(({ actual }) => actual !== null)
      .map((result) => ({ ...result, isDefault: true })),
  ];
}

/** Judges criteria by the results of the steady phase. */
export function judge(
  criteria: readonly Criterion[],
  steady: OperationResult,
  operations: readonly OperationResult[],
): CriterionResult[] {
  return criteria.map((criterion) => {
    const measured = measuredBy(criterion, steady, operations);
    const read = METRICS.get(criterion.metric);
    const actual = measured === undefined ? null : read?.(measured) ?? null;
    const outcome = outcomeOf(criterion, actual);
    return { criterion, actual, outcome, isDefault: false };
  });
}

/** Returns the result that a criterion is about. */
function measuredBy(
  { operation }: Criterion,
  steady: OperationResult,
  operations: readonly OperationResult[],
): OperationResult | undefined {
  return operation === undefined
    ? steady
    : operations.find(({ name }) => name === operation);
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

/**
 * Explains each criterion that does not hold, in a sentence: what it required,
 * and what was measured or why there is nothing to measure.
 */
export function explainBroken(
  results: readonly CriterionResult[],
  steady: OperationResult,
  operations: readonly OperationResult[],
): string[] {
  return results.filter(({ outcome }) => outcome !== "held").map((result) => {
    const { criterion: { metric, operation, is, value }, actual } = result;
    const what = operation === undefined ? metric : `${metric} of ${operation}`;
    const measured = measuredBy(result.criterion, steady, operations);
    const found = actual === null
      ? whyNoData(measured)
      : `it is ${measuredText(metric, actual, value)}${
        countsText(metric, measured)
      }`;
    const limit = `${is.replace("_", " ")} ${limitText(metric, value)}`;
    const byDefault = result.isDefault ? " unless a criterion allows more" : "";
    return `${what} must be ${limit}${byDefault}, but ${found}.`;
  });
}

/** Returns what a rate counts, such as ` (51 timed out, of 518)`. */
function countsText(
  metric: string,
  measured: OperationResult | undefined,
): string {
  if (measured === undefined) return "";
  const { planned, started, dropped, failed, timedOut, interrupted } =
    measured.accounting;
  if (metric === "dropRate") return ` (${dropped} of ${planned})`;
  if (metric !== "errorRate") return "";
  const counts = [
    failed > 0 ? `${failed} failed` : undefined,
    timedOut > 0 ? `${timedOut} timed out` : undefined,
    interrupted > 0 ? `${interrupted} were interrupted` : undefined,
  ].filter((count) => count !== undefined);
  return counts.length === 0 ? "" : ` (${counts.join(", ")}, of ${started})`;
}

/** Explains why a metric has no value, in words that follow "but". */
function whyNoData(measured: OperationResult | undefined): string {
  if (measured === undefined) return "there is no such operation";
  const { accounting: { planned, started, ok }, errors } = measured;
  if (planned === 0) return "no operation was planned in the steady phase";
  if (started === 0) return `all ${planned} planned operations were dropped`;
  if (ok > 0) return "there is no data";
  const [error] = errors;
  const reason = error === undefined
    ? ""
    : `, and the most frequent error is "${error.message}"`;
  return `none of ${started} operations succeeded${reason}`;
}

const DEFAULT_ABORT_AFTER_MS = 5000;

/**
 * Returns why a criterion ends a run after so much of the steady phase, in a
 * sentence; `undefined` if none does.
 */
export function abortingCriterion(
  criteria: readonly Criterion[],
  steadyMs: number,
  results: () => {
    readonly all: OperationResult;
    readonly operations: readonly OperationResult[];
  },
): string | undefined {
  const due = criteria.filter(({ abort, abortAfterMs }) =>
    abort && steadyMs >= (abortAfterMs ?? DEFAULT_ABORT_AFTER_MS)
  );
  if (due.length === 0) return undefined;
  const { all, operations } = results();
  const judged = judge(due, all, operations);
  const [broken] = explainBroken(judged, all, operations);
  return broken && `A criterion ended the run: ${broken}`;
}
