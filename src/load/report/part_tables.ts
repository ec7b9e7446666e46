/**
 * The parts of response times in reports.
 *
 * @module
 */
import type { DistributionSummary } from "../../metrics/mod.ts";
import type { OperationResult } from "../operation_result.ts";
import type { LoadResult } from "../result.ts";
import { PARTS } from "../run/part_times.ts";
import type { ReportTable } from "./content.ts";
import { count, short } from "./numbers.ts";

/** The parts in words. */
const WORDS = {
  connectTime: "connect",
  tlsTime: "TLS",
  firstByteTime: "first byte",
  restTime: "rest",
} as const;

/** Returns a table of the parts that are known; none if no part is. */
export function partTables({ operations, steady }: LoadResult): ReportTable[] {
  const rows = [
    ...operations.flatMap((operation) => rowsOf(operation.name, operation)),
    ...operations.length > 1 ? rowsOf("all", steady) : [],
  ];
  return rows.length === 0 ? [] : [{
    title: "Parts of the response time of successful operations, in ms",
    columns: ["operation: part", "count", "p50", "p95", "p99", "max"],
    rows,
  }];
}

function rowsOf(name: string, operation: OperationResult): string[][] {
  return PARTS.flatMap(([part]) => {
    // Results of older versions have no parts.
    const times: DistributionSummary | null = operation[part] ?? null;
    if (times === null) return [];
    const { p50, p95, p99, max } = times;
    return [[
      `${name}: ${WORDS[part]}`,
      count(times.count),
      ...[p50, p95, p99, max].map((ms) => short(ms)),
    ]];
  });
}
