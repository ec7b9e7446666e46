/**
 * What criteria measure: pure decisions without I/O.
 *
 * @module
 */
import { type Distribution, quantileOf } from "../../metrics/internal.ts";
import type { Accounting, OperationResult } from "../operation_result.ts";
import type { Metric, TimesName } from "../scenario/metric_rules.ts";
import { notOk, rateOfEnded } from "./accounting.ts";

/** The operations and steps that a criterion is about, as one. */
export interface Measured {
  readonly result: OperationResult;
  /** Why operations of these were dropped, if some were. */
  readonly dropCause: string;
  /** Returns the times of all of them: percentiles are never averaged. */
  timesOf(name: TimesName): readonly Distribution[];
}

/**
 * Reads a metric; `null` if there is no data.
 *
 * @param check The name of the check that `checkRate` is about; without it, all.
 */
export function valueOf(
  metric: Metric,
  measured: Measured,
  check?: string,
): number | null {
  const { result } = measured;
  const { planned } = result.accounting;
  switch (metric.kind) {
    case "throughput":
      return result.throughput;
    case "check_rate": {
      const { held, broken } = checkCounts(result, check);
      return fraction(held, held + broken);
    }
    case "rate":
      return metric.of === "drop"
        ? fraction(countOf(metric.of, result.accounting), planned)
        : rateOfEnded(countOf(metric.of, result.accounting), result.accounting);
    case "count":
      return planned === 0 ? null : countOf(metric.of, result.accounting);
    case "status_rate":
      return fraction(statusCount(result, metric.of), responses(result));
    case "status_count":
      return planned === 0 ? null : statusCount(result, metric.of);
    case "statistic":
      return result[metric.times]?.[metric.of] ?? null;
    case "percentile":
      return quantileOf(measured.timesOf(metric.times), metric.fraction);
    default:
      return metric satisfies never;
  }
}

function countOf(
  what: "error" | "drop" | "timeout",
  accounting: Accounting,
): number {
  switch (what) {
    case "error":
      return notOk(accounting);
    case "drop":
      return accounting.dropped;
    case "timeout":
      return accounting.timedOut;
    default:
      return what satisfies never;
  }
}

function fraction(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** Returns how often a check held, or all checks. */
export function checkCounts(
  { checks }: OperationResult,
  check?: string,
): { readonly held: number; readonly broken: number } {
  let [held, broken] = [0, 0];
  for (const one of checks) {
    if (check !== undefined && one.name !== check) continue;
    held += one.held;
    broken += one.broken;
  }
  return { held, broken };
}

/** Returns how many responses had a status of a class. */
export function statusCount(
  { statuses }: OperationResult,
  statusClass: string,
): number {
  return statuses[statusClass] ?? 0;
}

/** Returns how many responses had a status. */
export function responses({ statuses }: OperationResult): number {
  return Object.values(statuses).reduce((sum, count) => sum + count, 0);
}
