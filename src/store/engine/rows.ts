/**
 * Rows with the names of their columns, of the values that cross.
 *
 * @module
 */
import type { Row, SqlValue, WriteOutcome, WriteWork } from "./engine.ts";
import type { RowSet, TablePlan, Values, WriteValues } from "./protocol.ts";

/** Returns the row of values. */
export function rowOf(columns: readonly string[], values: Values): Row {
  const row: Record<string, SqlValue> = {};
  for (let i = 0; i < columns.length; i++) {
    row[columns[i] as string] = values[i] as SqlValue;
  }
  return row;
}

/** Returns the rows of a set of them. */
export function rowsOf({ columns, rows }: RowSet): Row[] {
  return rows.map((values) => rowOf(columns, values));
}

/** Returns what a write has done, as its caller sees it. */
export function outcomeOf(
  tables: ReadonlyMap<string, TablePlan>,
  { steps }: WriteWork,
  values: WriteValues,
): WriteOutcome {
  return {
    cursor: String(values.cursor),
    steps: values.steps.map(({ before, after, rows, changed }, i) => {
      const step = steps[i];
      const columns = step === undefined || step.kind === "run"
        ? []
        : tables.get(step.collection)?.columns ?? [];
      return {
        before: before && rowOf(columns, before),
        after: after && rowOf(columns, after),
        rows: rows === null ? [] : rowsOf(rows),
        changed,
      };
    }),
  };
}
