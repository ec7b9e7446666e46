/**
 * Checks and statuses in reports.
 *
 * @module
 */
import type { OperationResult } from "../operation_result.ts";
import type { LoadResult } from "../result.ts";
import { STATUS_CLASSES } from "../scenario/metric_rules.ts";
import type { ReportTable } from "./content.ts";
import { count, percent } from "./numbers.ts";

/** Returns tables of the statuses and of the checks, if there were any. */
export function checkTables(
  { operations, steady }: LoadResult,
): ReportTable[] {
  const rows: (readonly [name: string, OperationResult])[] = [
    ...operations.map((one) => [one.name, one] as const),
    ...operations.length > 1 ? [["all", steady] as const] : [],
  ];
  // Results of older versions have neither.
  const statuses = ({ statuses }: OperationResult) => statuses ?? {};
  const classes = STATUS_CLASSES.filter((one) =>
    rows.some(([, operation]) => statuses(operation)[one] !== undefined)
  );
  const checks = rows.flatMap(([name, { checks = [] }]) =>
    checks.map(({ name: check, held, broken }) => [
      `${name}: ${check}`,
      count(held),
      count(broken),
      percent(held + broken === 0 ? null : held / (held + broken)),
    ])
  );
  return [
    ...classes.length === 0 ? [] : [{
      title: "Statuses of responses in the steady phase",
      columns: ["operation", ...classes],
      rows: rows
        .filter(([, operation]) => Object.keys(statuses(operation)).length > 0)
        .map(([name, operation]) => [
          name,
          ...classes.map((one) => count(statuses(operation)[one] ?? 0)),
        ]),
    }],
    ...checks.length === 0 ? [] : [{
      title: "Checks in the steady phase",
      columns: ["operation: check", "held", "did not hold", "rate"],
      rows: checks,
    }],
  ];
}
