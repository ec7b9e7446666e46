/**
 * A table of any number of rows, of which those that are seen are in the page.
 *
 * @module
 */
import { type Column, createTable, fillCell, TableHead } from "./column.ts";
import { create } from "./elements.ts";
import { sortedBy, type Sorting } from "./sorting.ts";
import {
  offsetToAsk,
  pauseBeforeAsking,
  rowsInView,
  type Span,
} from "./window_rules.ts";

/** The height of a row in pixels, as in the style sheet. */
const ROW_HEIGHT = 30;

/** What a row can do on demand. */
export interface RowActions<Row> {
  /** Whether a row has others below it, and whether they are shown. */
  opening?(row: Row): "open" | "closed" | "leaf";
  /** Shows or hides the rows below one. */
  toggle?(row: Row): void;
  /** Levels above the row in a tree. */
  depth?(row: Row): number;
  /** Shows more of the row; without it, rows are plain. */
  choose?(row: Row): void;
}

/** Options of a long table. */
export interface LongTableOptions<Row> extends RowActions<Row> {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly sorting: Sorting;
  keyOf(row: Row): string;
  /** Asks for rows; they come through `show`. */
  ask(offset: number, sorting: Sorting): void;
}

/** A part of all rows. */
export interface RowsPart<Row> {
  readonly matching: number;
  readonly offset: number;
  readonly rows: readonly Row[];
}

interface Line<Row> {
  readonly element: HTMLTableRowElement;
  readonly cells: HTMLElement[];
  readonly toggle: HTMLButtonElement;
  readonly name: HTMLElement;
  row: Row | undefined;
}

/** A table that asks for the rows that are seen. */
export class LongTable<Row> {
  readonly element: HTMLElement = create("div", "scroller long");
  readonly #options: LongTableOptions<Row>;
  readonly #table: HTMLTableElement;
  readonly #body = create("tbody");
  readonly #before = create("tr", "space");
  readonly #after = create("tr", "space");
  readonly #none = create("p", "none", "There are none.");
  readonly #head: TableHead<Row>;
  readonly #lines = new Map<string, Line<Row>>();
  #sorting: Sorting;
  #part: RowsPart<Row> = { matching: 0, offset: 0, rows: [] };
  #asked: number | undefined;
  #askedAt: readonly number[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDue = false;
  /** The key of the row that has the focus, or had it last. */
  #active: string | undefined;

  /** Creates a table without rows. */
  constructor(options: LongTableOptions<Row>) {
    this.#options = options;
    this.#sorting = options.sorting;
    this.#head = new TableHead(options.columns, (column, by) => {
      this.sort(sortedBy(this.#sorting, by, column.isNumber ?? false));
    });
    this.#head.show(this.#sorting);
    this.#body.append(this.#before, this.#after);
    for (const space of [this.#before, this.#after]) space.ariaHidden = "true";
    const { name, columns } = options;
    this.#table = createTable(name, columns, this.#head, this.#body);
    this.element.role = "region";
    this.element.ariaLabel = options.name;
    this.element.tabIndex = 0;
    this.#none.hidden = true;
    this.element.append(this.#table, this.#none);
    this.element.addEventListener("scroll", () => this.#draw());
    new ResizeObserver(() => this.#draw()).observe(this.element);
    this.#body.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** By what it is sorted. */
  get sorting(): Sorting {
    return this.#sorting;
  }

  /** Sorts by something else. */
  sort(sorting: Sorting): void {
    this.#sorting = sorting;
    this.#head.show(sorting);
    this.reload();
  }

  /** Asks for the first rows again, as when the filter has changed. */
  reload(): void {
    clearTimeout(this.#timer);
    this.element.scrollTop = 0;
    this.#asked = 0;
    this.#options.ask(0, this.#sorting);
  }

  /** Shows the rows that were asked for. */
  show(part: RowsPart<Row>): void {
    this.#part = part;
    this.#none.hidden = part.matching > 0;
    this.#asked = part.offset;
    this.#draw();
  }

  /** Draws once a frame at most. */
  #draw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#render();
    });
  }

  #render(): void {
    const { matching, offset, rows } = this.#part;
    const { scrollTop, clientHeight } = this.element;
    const seen = rowsInView(scrollTop, clientHeight, ROW_HEIGHT, matching);
    const there = { from: offset, to: offset + rows.length };
    this.#askFor(seen, there);
    const had = this.#body.contains(document.activeElement);
    const wanted: Line<Row>[] = [];
    const used = new Set<string>();
    for (let index = seen.from; index < seen.to; index++) {
      const row = rows[index - offset];
      const key = row === undefined ? `#${index}` : this.#options.keyOf(row);
      if (used.has(key)) continue;
      used.add(key);
      const line = this.#lines.get(key) ?? this.#newLine(key);
      this.#fill(line, row, index, key);
      wanted.push(line);
    }
    for (const [key, line] of this.#lines) {
      if (used.has(key)) continue;
      line.element.remove();
      this.#lines.delete(key);
    }
    let place: Element | null = this.#before.nextElementSibling;
    for (const { element } of wanted) {
      if (element === place) place = element.nextElementSibling;
      else this.#body.insertBefore(element, place);
    }
    this.#space(this.#before, seen.from);
    this.#space(this.#after, matching - seen.from - wanted.length);
    this.#table.ariaRowCount = String(matching + 1);
    this.#rove(had);
  }

  #askFor(seen: Span, there: Span): void {
    const offset = offsetToAsk(seen, there);
    if (offset === undefined || offset === this.#asked) return;
    clearTimeout(this.#timer);
    const { pauseMs, recent } = pauseBeforeAsking(
      this.#askedAt,
      performance.now(),
    );
    this.#timer = setTimeout(() => {
      this.#asked = offset;
      this.#askedAt = [...recent, performance.now()];
      this.#options.ask(offset, this.#sorting);
    }, pauseMs);
  }

  #newLine(key: string): Line<Row> {
    const element = create("tr");
    const { columns, choose, toggle } = this.#options;
    const button = create("button", "toggle");
    button.type = "button";
    button.tabIndex = -1;
    const name = choose === undefined ? create("span") : create("button");
    name.className = "name";
    const cells = columns.map((column, index) => {
      const cell = create(
        index === 0 ? "th" : "td",
        column.isNumber ? "number" : "",
      );
      if (index > 0) return cell;
      cell.setAttribute("scope", "row");
      if (toggle !== undefined) cell.append(button);
      cell.append(name);
      return cell;
    });
    element.append(...cells);
    const line: Line<Row> = {
      element,
      cells,
      toggle: button,
      name,
      row: undefined,
    };
    button.addEventListener("click", () => {
      if (line.row !== undefined) toggle?.(line.row);
    });
    if (choose !== undefined) {
      name.tabIndex = -1;
      name.addEventListener("click", () => {
        if (line.row !== undefined) choose(line.row);
      });
      name.addEventListener("focus", () => this.#active = key);
    }
    this.#lines.set(key, line);
    return line;
  }

  #fill(
    line: Line<Row>,
    row: Row | undefined,
    index: number,
    key: string,
  ): void {
    const { columns, opening, depth } = this.#options;
    line.row = row;
    // The first is that of the titles.
    line.element.ariaRowIndex = String(index + 2);
    line.element.dataset.key = key;
    columns.forEach((column, at) => {
      const cell = at === 0 ? line.name : line.cells[at];
      if (cell === undefined) return;
      if (row === undefined) cell.textContent = at === 0 ? "…" : "";
      else fillCell(cell, column, row);
    });
    const first = line.cells[0];
    if (row === undefined || first === undefined) return;
    first.style.setProperty("--depth", String(depth?.(row) ?? 0));
    const state = opening?.(row) ?? "leaf";
    line.toggle.hidden = state === "leaf";
    line.toggle.ariaExpanded = String(state === "open");
    line.toggle.ariaLabel = `Actors below ${line.name.textContent}`;
  }

  #space(row: HTMLElement, rows: number): void {
    row.style.height = `${Math.max(0, rows) * ROW_HEIGHT}px`;
  }

  // Keys.

  /** Makes one row reachable with Tab: the active one, or the first. */
  #rove(hadFocus: boolean): void {
    const lines = [...this.#lines.values()];
    const active = this.#lines.get(this.#active ?? "");
    const [first] = lines;
    for (const line of lines) {
      const isActive = line === (active ?? first);
      if (this.#options.choose !== undefined) {
        line.name.tabIndex = isActive ? 0 : -1;
      }
    }
    // An element that has moved has lost the focus.
    if (!hadFocus || this.#body.contains(document.activeElement)) return;
    (active?.name ?? this.element).focus({ preventScroll: true });
  }

  #onKey(event: KeyboardEvent): void {
    const { target } = event;
    if (!(target instanceof HTMLElement)) return;
    const element = target.closest("tr");
    const line = this.#lines.get(element?.dataset.key ?? "");
    if (line === undefined) return;
    const index = Number(line.element.ariaRowIndex) - 2;
    const page = Math.max(
      1,
      Math.floor(this.element.clientHeight / ROW_HEIGHT) - 2,
    );
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -index,
      End: this.#part.matching - 1 - index,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.#focus(index + step);
      return;
    }
    const { opening, toggle } = this.#options;
    if (line.row === undefined || toggle === undefined) return;
    const state = opening?.(line.row);
    const isWanted = event.key === "ArrowRight" && state === "closed" ||
      event.key === "ArrowLeft" && state === "open";
    if (!isWanted) return;
    event.preventDefault();
    toggle(line.row);
  }

  /** Scrolls to a row, and gives it the focus. */
  #focus(wanted: number): void {
    const index = Math.max(0, Math.min(wanted, this.#part.matching - 1));
    const { element } = this;
    const head = this.#head.element.offsetHeight;
    const top = index * ROW_HEIGHT;
    if (top < element.scrollTop) element.scrollTop = top;
    const least = top + ROW_HEIGHT + head - element.clientHeight;
    if (element.scrollTop < least) element.scrollTop = least;
    this.#render();
    for (const { element, name } of this.#lines.values()) {
      if (element.ariaRowIndex === String(index + 2)) {
        name.focus({ preventScroll: true });
      }
    }
  }
}
