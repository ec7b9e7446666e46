/**
 * The result of a run as tables for other programs.
 *
 * @module
 */
import { checkResult } from "./check_result.ts";
import { stringify } from "@std/csv";
import { PARTS } from "../run/part_times.ts";
import type { OperationResult } from "../operation_result.ts";
import type { LoadResult } from "../result.ts";

const STATISTICS = [
  "min",
  "mean",
  "p50",
  "p90",
  "p95",
  "p99",
  "p999",
  "max",
] as const;

/**
 * Writes the operations of a result as CSV: a row for each operation in the
 * steady phase, and one for all of them, whose `operation` is empty. Times are
 * in milliseconds, rates from 0 to 1, throughput in operations per second; what
 * is not known is empty.
 *
 * @example
 * ```ts
 * import { functionDriver, LoadTestManager, operationsToCsv } from "@troupe/troupe/load";
 *
 * const drivers = { function: functionDriver({ nothing: () => {} }) };
 * const result = await new LoadTestManager({ drivers }).run({
 *   name: "Nothing at all",
 *   load: { model: "open", arrivalsPerSecond: 100, maxUsers: 10 },
 *   phases: { steadyMs: 100 },
 *   operations: [
 *     { name: "nothing", driver: "function", request: { function: "nothing" } },
 *   ],
 * });
 * console.assert(operationsToCsv(result).startsWith("operation,planned,"));
 * ```
 *
 * @throws {TypeError} if it is not the result of a load test.
 */
export function operationsToCsv(result: LoadResult): string {
  checkResult(result);
  const { operations, steady } = result;
  return table([
    ...operations.map((operation) => operationRow(operation.name, operation)),
    operationRow("", steady),
  ]);
}

function operationRow(name: string, operation: OperationResult): Row {
  const { accounting, throughput, errorRate } = operation;
  const row: Record<string, string | number | null> = {
    operation: name,
    planned: accounting.planned,
    started: accounting.started,
    ok: accounting.ok,
    failed: accounting.failed,
    timedOut: accounting.timedOut,
    interrupted: accounting.interrupted,
    dropped: accounting.dropped,
    throughput,
    errorRate,
  };
  for (const statistic of STATISTICS) {
    row[`latency.${statistic}`] = operation.latency[statistic];
  }
  for (const statistic of STATISTICS) {
    row[`serviceTime.${statistic}`] = operation.serviceTime[statistic];
  }
  for (const [part] of PARTS) {
    row[`${part}.count`] = operation[part]?.count ?? null;
    for (const statistic of STATISTICS) {
      row[`${part}.${statistic}`] = operation[part]?.[statistic] ?? null;
    }
  }
  row.sentBytes = operation.sentBytes;
  row.receivedBytes = operation.receivedBytes;
  return row;
}

/**
 * Writes the timeline of a result as CSV: a row for each interval, in order.
 * What is not known is empty.
 *
 * @example
 * ```ts
 * import { functionDriver, LoadTestManager, timelineToCsv } from "@troupe/troupe/load";
 *
 * const drivers = { function: functionDriver({ nothing: () => {} }) };
 * const result = await new LoadTestManager({ drivers }).run({
 *   name: "Nothing at all",
 *   load: { model: "open", arrivalsPerSecond: 100, maxUsers: 10 },
 *   phases: { steadyMs: 100 },
 *   operations: [
 *     { name: "nothing", driver: "function", request: { function: "nothing" } },
 *   ],
 * });
 * console.assert(timelineToCsv(result).startsWith("atMs,"));
 * ```
 *
 * @throws {TypeError} if it is not the result of a load test.
 */
export function timelineToCsv(result: LoadResult): string {
  checkResult(result);
  const { timeline } = result;
  return table(timeline.points.map((point) => ({ ...point })), [
    "atMs",
    "phase",
    "stage",
    "plannedPerSecond",
    "plannedUsers",
    "users",
    "ok",
    "errors",
    "timedOut",
    "dropped",
    "latencyP50Ms",
    "latencyP99Ms",
    "latencyMaxMs",
  ]);
}

type Row = Readonly<Record<string, string | number | null>>;

function table(
  rows: readonly Row[],
  columns: readonly string[] = Object.keys(rows[0] ?? {}),
): string {
  const cells = rows.map((row) =>
    columns.map((column) => cell(row[column] ?? null))
  );
  return stringify([[...columns], ...cells]);
}

function cell(value: string | number | null): string {
  if (typeof value === "string") return value;
  return value === null || !Number.isFinite(value) ? "" : String(value);
}
