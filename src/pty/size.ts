/**
 * The size of a terminal.
 *
 * @module
 */
import { PtySizeError } from "./errors.ts";

/** The size of a terminal, in cells. */
export interface PtySize {
  /** Number of columns: a whole number from 1 to 10,000. */
  readonly columns: number;
  /** Number of rows: a whole number from 1 to 10,000. */
  readonly rows: number;
}

/**
 * The kernel takes up to 65,535, and silently wraps around above it. A program
 * holds memory for each cell, so the limit is the one of tmux.
 */
const MAX_CELLS = 10_000;

/**
 * Checks a size, and returns it without the other properties of the object.
 *
 * @throws {PtySizeError} if no terminal can have that size.
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
