/**
 * A table of few rows, all of which are in the page.
 *
 * @module
 */
import { type Column, createTable, fillCell, TableHead } from "./column.ts";
import { create } from "./elements.ts";

/** A table that shows the rows in the order in which they are given. */
export class SmallTable<Row> {
  readonly element: HTMLElement = create("div", "scroller");
  readonly #body = create("tbody");
  readonly #columns: readonly Column<Row>[];

  /** Creates a table with a name for those who do not see it. */
  constructor(name: string, columns: readonly Column<Row>[]) {
    this.#columns = columns;
    const head = new TableHead(columns, () => {});
    this.element.role = "region";
    this.element.ariaLabel = name;
    // What scrolls can be scrolled with keys.
    this.element.tabIndex = 0;
    this.element.append(createTable(name, columns, head, this.#body));
  }

  /** Shows rows. */
  show(rows: readonly Row[]): void {
    const body = this.#body;
    while (body.rows.length > rows.length) body.lastElementChild?.remove();
    rows.forEach((row, index) => {
      const element = body.rows[index] ?? body.insertRow();
      this.#columns.forEach((column, at) => {
        const cell = element.cells[at] ?? this.#addCell(element, column, at);
        fillCell(cell, column, row);
      });
    });
  }

  #addCell(
    row: HTMLTableRowElement,
    column: Column<Row>,
    at: number,
  ): HTMLElement {
    const cell = create(at === 0 ? "th" : "td");
    if (at === 0) cell.setAttribute("scope", "row");
    if (column.isNumber) cell.className = "number";
    row.append(cell);
    return cell;
  }
}
