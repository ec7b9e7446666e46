/**
 * The size of a terminal.
 *
 * @module
 */
import { PtySizeError } from "./errors.ts";

/** The size of a terminal, in cells. */
export interface PtySize {
  /** Cells in a row: a whole number from 1 to 10,000. */
  readonly columns: number;
  /** Rows: a whole number from 1 to 10,000. */
  readonly rows: number;
}

/**
 * The kernel would take 65,535 and cut what is more. A program holds memory
 * for each cell, so the limit is that of tmux.
 */
const MAX_CELLS = 10_000;

/**
 * Answers the size alone, whatever else the object has.
 *
 * @throws {PtySizeError} when no terminal has that size.
 */
export function checkSize({ columns, rows }: PtySize): PtySize {
  for (const [name, value] of Object.entries({ columns, rows })) {
    if (Number.isInteger(value) && value >= 1 && value <= MAX_CELLS) continue;
    throw new PtySizeError(
      `Cannot resize: ${name} is ${value}, it must be a whole number from 1 to ${MAX_CELLS}`,
    );
  }
  return { columns, rows };
}
