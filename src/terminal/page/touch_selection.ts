/**
 * Selecting by finger, and the bar that copies what is selected.
 *
 * @module
 */
import type { Terminal } from "@xterm/xterm";
import { byId, onPress } from "./elements.ts";
import { type Cell, cellsIn, extendRange, wordAt } from "./selection_rules.ts";
import type { Range } from "./selection_rules.ts";
import type { Point } from "./touch_gesture.ts";

/** What fingers select. */
export class TouchSelection {
  readonly #terminal: Terminal;
  readonly #bar: HTMLElement = byId("selection", HTMLElement);
  #anchor: Range | undefined;

  /** Makes the bar work; `copy` gets what is selected. */
  constructor(terminal: Terminal, copy: (text: string) => void) {
    this.#terminal = terminal;
    onPress(byId("selection-copy", HTMLElement), () => {
      copy(terminal.getSelection());
      this.clear();
    });
    onPress(byId("selection-all", HTMLElement), () => terminal.selectAll());
    onPress(byId("selection-close", HTMLElement), () => this.clear());
    terminal.onSelectionChange(() => {
      if (!terminal.hasSelection()) this.#bar.hidden = true;
    });
  }

  /** Selects the word at a place. */
  start(at: Point): void {
    const cell = this.#cellAt(at);
    if (cell === undefined) return;
    const { column, row } = cell;
    const [from, to] = wordAt(this.#cellsOf(row), column);
    this.#anchor = { from: { column: from, row }, to: { column: to, row } };
    this.#select(this.#anchor);
  }

  /** Selects up to a place. */
  extend(at: Point): void {
    const cell = this.#cellAt(at);
    if (cell === undefined || this.#anchor === undefined) return;
    this.#select(extendRange(this.#anchor, cell));
  }

  /** Offers to copy what is selected. */
  finish(): void {
    this.#anchor = undefined;
    this.#bar.hidden = !this.#terminal.hasSelection();
  }

  /** Selects nothing. */
  clear(): void {
    this.#terminal.clearSelection();
    this.#bar.hidden = true;
  }

  #select(range: Range): void {
    const { from } = range;
    const cells = cellsIn(range, this.#terminal.cols);
    this.#terminal.select(from.column, from.row, cells);
  }

  #cellAt({ x, y }: Point): Cell | undefined {
    const { element, cols, rows, buffer } = this.#terminal;
    const box = element?.querySelector(".xterm-screen")
      ?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return undefined;
    const within = (share: number, count: number): number =>
      Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    return {
      column: within((x - box.left) / box.width, cols),
      row: within((y - box.top) / box.height, rows) + buffer.active.viewportY,
    };
  }

  #cellsOf(row: number): string[] {
    const line = this.#terminal.buffer.active.getLine(row);
    return Array.from({ length: this.#terminal.cols }, (_, column) => {
      const cell = line?.getCell(column);
      if (cell === undefined) return " ";
      return cell.getWidth() === 0 ? "" : cell.getChars() || " ";
    });
  }
}
