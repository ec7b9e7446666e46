/**
 * Whose size a session has, and how a page shows it: pure decisions.
 *
 * @module
 */
import type { SessionSize } from "./client_contract.ts";

/** Smallest font, in pixels, to which a page shrinks for a size of another. */
const LEAST_FONT = 7;

/** Columns and rows. */
export interface Cells {
  readonly columns: number;
  readonly rows: number;
}

/** Returns whether two sizes are the same. */
export function isSameSize(a: Cells, b: Cells): boolean {
  return a.columns === b.columns && a.rows === b.rows;
}

/**
 * Returns what a page says of a size that is not its own; `undefined` if nothing
 * has to be said.
 */
export function describeSize(
  size: SessionSize,
  own: Cells,
  clientId: string,
): string | undefined {
  const { columns, rows, owner } = size;
  if (isSameSize(size, own) || owner?.clientId === clientId) return undefined;
  const whose = owner === undefined
    ? "the size of the session"
    : `the size of ${owner.name || "another viewer"}`;
  return `${columns}×${rows}, ${whose}`;
}

/**
 * Returns the size of the font with which a size fits where `own` fits with
 * `fontSize`; never a larger one, and none that nobody can read.
 */
export function fittingFont(
  fontSize: number,
  own: Cells,
  size: Cells,
): number {
  const share = Math.min(own.columns / size.columns, own.rows / size.rows, 1);
  const fitting = Math.floor(fontSize * share * 2) / 2;
  return Math.max(Math.min(fontSize, LEAST_FONT), fitting);
}

/**
 * Returns where to scroll, so that a part from `start` to `end` is seen in a
 * window of `length` that begins at `scroll` now.
 */
export function scrollToSee(
  scroll: number,
  length: number,
  start: number,
  end: number,
): number {
  if (start < scroll) return start;
  return end > scroll + length ? end - length : scroll;
}
