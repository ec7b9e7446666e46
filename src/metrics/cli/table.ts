/**
 * Rows in columns, as wide as the screen.
 *
 * @module
 */
import type { Column } from "./columns.ts";
import { fit } from "./texts.ts";

/** The least width of the column that has what is left. */
const LEAST_REST = 24;

/** Returns what makes a line of the cells of the columns that fit. */
export function lineMaker<Row>(
  columns: readonly Column<Row>[],
  width: number,
): (cell: (column: Column<Row>) => string) => string {
  const shown = columnsThatFit(columns, width);
  const rest = width -
    shown.reduce((sum, { width = 0 }) => sum + width + 1, -1);
  return (cell) =>
    shown.map((column) =>
      fit(cell(column), column.width ?? rest, column.isText ?? false)
    ).join(" ");
}

/** Leaves out columns from the right until the rest has room. */
function columnsThatFit<Row>(
  columns: readonly Column<Row>[],
  width: number,
): readonly Column<Row>[] {
  const shown = [...columns];
  const taken = () =>
    shown.reduce((sum, { width = LEAST_REST }) => sum + width + 1, -1);
  while (shown.length > 1 && taken() > width) {
    const index = shown.findLastIndex(({ width }) => width !== undefined);
    if (index < 0) break;
    shown.splice(index, 1);
  }
  return shown;
}
