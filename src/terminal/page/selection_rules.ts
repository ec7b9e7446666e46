/**
 * Which cells are selected: pure decisions.
 *
 * @module
 */

/** A cell of the output: its row counts from the oldest line. */
export interface Cell {
  readonly column: number;
  readonly row: number;
}

/** Selected cells, in reading order. */
export interface Range {
  readonly from: Cell;
  /** The last cell, which is selected as well. */
  readonly to: Cell;
}

const WORD = /[^\s()[\]{}<>'"`,;│|]/u;

/**
 * Returns the first and last column of the word at a column of a line, whose
 * cells each have their text; that cell alone if there is no word.
 */
export function wordAt(
  cells: readonly string[],
  column: number,
): readonly [from: number, to: number] {
  const isWord = (at: number): boolean => {
    const text = cells[at];
    // The second cell of a wide character has no text.
    return text !== undefined && (text === "" || WORD.test(text));
  };
  if (!isWord(column)) return [column, column];
  let from = column;
  let to = column;
  while (isWord(from - 1)) from--;
  while (isWord(to + 1)) to++;
  return [from, to];
}

/** Returns the range from an anchor, all of which is selected, to a cell. */
export function extendRange(anchor: Range, cell: Cell): Range {
  if (isBefore(cell, anchor.from)) return { from: cell, to: anchor.to };
  if (isBefore(anchor.to, cell)) return { from: anchor.from, to: cell };
  return anchor;
}

/** Returns the number of cells in a range. */
export function cellsIn({ from, to }: Range, columns: number): number {
  return (to.row - from.row) * columns + to.column - from.column + 1;
}

function isBefore(a: Cell, b: Cell): boolean {
  return a.row < b.row || (a.row === b.row && a.column < b.column);
}
