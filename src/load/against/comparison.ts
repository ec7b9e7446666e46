/**
 * The figures of a run beside those of an earlier one, and which differences
 * are more than the noise within the two: pure decisions without I/O.
 *
 * @module
 */
import type { LoadResult, OperationResult } from "../result.ts";
import { comparisonWarnings } from "./comparable.ts";
import {
  differenceOf,
  errorRateOf,
  type Estimate,
  MIN_INTERVALS,
  percentileOf,
  type SteadyPhase,
  throughputOf,
} from "./noise.ts";

/** The metrics that are compared. */
export const COMPARED = [
  "throughput",
  "errorRate",
  "latency.p50",
  "latency.p95",
  "latency.p99",
] as const;

/** One of the metrics that are compared. */
export type ComparedMetric = typeof COMPARED[number];

/** What a difference says. */
export type Finding =
  /** It is no more than what differs within the runs. */
  | "noise"
  /** It is more than that, to the better or the worse. */
  | "better"
  | "worse"
  /** The runs are too short to say, or one of them has no such figure. */
  | "unknown";

/** One metric of one operation, in both runs. */
export interface Difference {
  readonly operation: string;
  readonly metric: ComparedMetric;
  readonly before: number | null;
  readonly now: number | null;
  /** By how much it has changed, probably; `undefined` if that is not known. */
  readonly change: Estimate | undefined;
  readonly finding: Finding;
}

/** A run beside an earlier one. */
export interface Comparison {
  readonly before: LoadResult;
  readonly differences: readonly Difference[];
  /** What besides the service may be the cause of a difference. */
  readonly warnings: readonly string[];
}

/** Over all metrics and operations, how seldom noise is taken for more. */
const FALSE_ALARMS = 0.05;

/** Compares a run with an earlier one of the same scenario. */
export function compareResults(
  before: LoadResult,
  now: LoadResult,
): Comparison {
  const pairs = pairsOf(before, now);
  // Bonferroni's correction: many differences are looked at at once.
  const confidence = 1 -
    FALSE_ALARMS / Math.max(1, pairs.length * COMPARED.length);
  return {
    before,
    differences: pairs.flatMap(([first, second]) =>
      COMPARED.map((metric) => compareMetric(metric, first, second, confidence))
    ),
    warnings: comparisonWarnings(before, now),
  };
}

/** An operation of a run, and the course of its steady phase. */
interface Measured {
  readonly operation: OperationResult;
  readonly steady: SteadyPhase | undefined;
}

function pairsOf(before: LoadResult, now: LoadResult): [Measured, Measured][] {
  const pairs = now.operations.flatMap((operation): [Measured, Measured][] => {
    const other = before.operations.find(({ name }) => name === operation.name);
    return other === undefined
      ? []
      : [[measuredIn(before, other), measuredIn(now, operation)]];
  });
  const all: [Measured, Measured] = [
    measuredIn(before, before.steady),
    measuredIn(now, now.steady),
  ];
  return now.operations.length === 1 ? pairs : [...pairs, all];
}

function measuredIn(result: LoadResult, operation: OperationResult): Measured {
  const isAll = operation === result.steady;
  const detail = result.details.find(({ name }) =>
    name === (isAll ? "all" : operation.name)
  );
  const timeline = isAll ? result.timeline : detail?.timeline;
  const phase = result.phases.find(({ name }) => name === "steady");
  if (detail === undefined || !timeline || phase === undefined) {
    return { operation, steady: undefined };
  }
  const { intervalMs } = timeline;
  const fromMs = phase.startedMs;
  const toMs = fromMs + phase.durationMs;
  // An interval that is in another phase too would be a difference of its own.
  const points = timeline.points.filter(({ atMs }) =>
    atMs >= fromMs - 1 && atMs + intervalMs <= toMs + 1
  );
  const { started, ok } = operation.accounting;
  return {
    operation,
    steady: points.length < MIN_INTERVALS ? undefined : {
      points,
      intervalMs,
      started,
      errors: started - ok,
      count: operation.latency.count,
      curve: detail.percentiles,
    },
  };
}

function compareMetric(
  metric: ComparedMetric,
  before: Measured,
  now: Measured,
  confidence: number,
): Difference {
  const estimates = [before, now]
    .map((measured) => estimateOf(metric, measured, confidence));
  const [first, second] = estimates;
  const change = first && second && differenceOf(first, second);
  return {
    operation: now.operation.name,
    metric,
    before: read(metric, before.operation),
    now: read(metric, now.operation),
    change,
    finding: findingOf(metric, change),
  };
}

/** Returns the value of a metric; `null` if there is none. */
function read(metric: ComparedMetric, operation: OperationResult) {
  switch (metric) {
    case "throughput":
    case "errorRate":
      return operation[metric];
    case "latency.p50":
      return operation.latency.p50;
    case "latency.p95":
      return operation.latency.p95;
    case "latency.p99":
      return operation.latency.p99;
    default:
      return metric satisfies never;
  }
}

const FRACTIONS = {
  "latency.p50": 0.5,
  "latency.p95": 0.95,
  "latency.p99": 0.99,
} as const;

function estimateOf(
  metric: ComparedMetric,
  { operation, steady }: Measured,
  confidence: number,
): Estimate | undefined {
  const value = read(metric, operation);
  if (steady === undefined || value === null) return undefined;
  switch (metric) {
    case "throughput":
      return throughputOf(steady, value, confidence);
    case "errorRate":
      return errorRateOf(steady, confidence);
    default:
      return percentileOf(steady, FRACTIONS[metric], value, confidence);
  }
}

/** More throughput is better; of all else, less is. */
function findingOf(
  metric: ComparedMetric,
  change: Estimate | undefined,
): Finding {
  if (change === undefined) return "unknown";
  const { low, high } = change;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "unknown";
  if (low <= 0 && high >= 0) return "noise";
  return (low > 0) === (metric === "throughput") ? "better" : "worse";
}
