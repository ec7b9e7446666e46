/**
 * The columns of a table, and its head.
 *
 * @module
 */
import { create } from "./elements.ts";
import type { Sorting } from "./sorting.ts";

/** What a cell shows. */
export interface Cell {
  readonly text: string;
  /** What is said beside it, less loudly. */
  readonly aside?: string;
  /** A state, which decides the colour; the text says it too. */
  readonly tone?: "good" | "bad" | "busy" | "none";
}

/** Widths of columns in pixels; wider where there is the space. */
const WIDTHS = {
  name: 230,
  text: 230,
  label: 150,
  word: 104,
  number: 88,
  short: 70,
};

/** One column of a table. */
export interface Column<Row> {
  /** The name by which rows are sorted; not sorted by it without one. */
  readonly sort?: string;
  readonly title: string;
  /** What the title means, where it does not say so itself. */
  readonly hint?: string;
  readonly isNumber?: boolean;
  /** How wide it is. */
  readonly width: keyof typeof WIDTHS;
  cell(row: Row): Cell | string;
}

/** The head of a table, with a button for each column that sorts. */
export class TableHead<Row> {
  readonly element: HTMLTableSectionElement = create("thead");
  readonly #cells = new Map<string, HTMLElement>();

  /** Creates a head; `onSort` is called with the column that was chosen. */
  constructor(
    columns: readonly Column<Row>[],
    onSort: (column: Column<Row>, by: string) => void,
  ) {
    const row = create("tr");
    for (const column of columns) {
      const cell = create("th", column.isNumber ? "number" : "");
      cell.scope = "col";
      if (column.hint !== undefined) cell.title = column.hint;
      const by = column.sort;
      if (by === undefined) cell.textContent = column.title;
      else {
        const button = create("button", "sort", column.title);
        button.type = "button";
        button.addEventListener("click", () => onSort(column, by));
        cell.append(button);
        this.#cells.set(by, cell);
      }
      row.append(cell);
    }
    this.element.append(row);
  }

  /** Says by what the rows are sorted. */
  show({ by, order }: Sorting): void {
    for (const [name, cell] of this.#cells) {
      if (name === by) cell.ariaSort = order;
      else cell.removeAttribute("aria-sort");
    }
  }
}

/** Creates a table with a name, a head and a body. */
export function createTable<Row>(
  name: string,
  columns: readonly Column<Row>[],
  head: TableHead<Row>,
  body: HTMLElement,
): HTMLTableElement {
  const table = create("table");
  const group = create("colgroup");
  let least = 0;
  for (const { width } of columns) {
    const column = create("col");
    column.style.width = `${WIDTHS[width]}px`;
    least += WIDTHS[width];
    group.append(column);
  }
  table.style.minWidth = `${least}px`;
  table.append(create("caption", "unseen", name), group, head.element, body);
  return table;
}

/** Fills a cell of a row with what a column shows. */
export function fillCell<Row>(
  element: HTMLElement,
  column: Column<Row>,
  row: Row,
): void {
  const made = column.cell(row);
  const { text, aside = "", tone = "none" } = typeof made === "string"
    ? { text: made }
    : made;
  const whole = aside === "" ? text : `${text} ${aside}`;
  if (element.textContent !== whole) {
    element.textContent = text;
    if (aside !== "") element.append(" ", create("small", "", aside));
    // The whole text of what is cut off.
    if (!column.isNumber) element.title = whole;
  }
  if (element.dataset.tone !== tone) element.dataset.tone = tone;
}
