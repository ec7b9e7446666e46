/**
 * Which rows of a long table are in the page: pure decisions.
 *
 * @module
 */

/** Rows beyond what is seen that are in the page, at each end. */
const BEYOND = 8;

/** Rows that are asked for at once. */
export const PAGE_ROWS = 200;

/** Where what is asked for begins: at a multiple, so that views are few. */
const PAGE_STEP = 100;

/** Rows from one to before another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Returns the rows that are in the page, for what is scrolled to. */
export function rowsInView(
  scrollTop: number,
  height: number,
  rowHeight: number,
  total: number,
): Span {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight);
  const count = Math.ceil(height / rowHeight) + 1;
  const from = Math.max(0, Math.min(first - BEYOND, total));
  return { from, to: Math.max(from, Math.min(first + count + BEYOND, total)) };
}

/**
 * Returns where to ask for rows if those that are there do not cover what is
 * seen; `undefined` if they do.
 */
export function offsetToAsk(seen: Span, there: Span): number | undefined {
  if (seen.from >= there.from && seen.to <= there.to) return undefined;
  const middle = (seen.from + seen.to - PAGE_ROWS) / 2;
  return Math.max(0, Math.round(middle / PAGE_STEP) * PAGE_STEP);
}

/** Milliseconds for which the server keeps what nobody asks for again. */
const KEPT_MS = 15_000;

/** Views of that time that may follow each other quickly. */
const QUICK = 8;

/** Milliseconds for which scrolling must pause before rows are asked for. */
const PAUSE_MS = 80;
/** The same, for one who scrolls to and fro: a server keeps 32 views. */
const LONG_PAUSE_MS = 700;

/**
 * Returns for how many milliseconds scrolling must pause before rows are asked
 * for, and which of the times of asking are still of interest.
 */
export function pauseBeforeAsking(
  askedAt: readonly number[],
  now: number,
): { readonly pauseMs: number; readonly recent: readonly number[] } {
  const recent = askedAt.filter((at) => now - at < KEPT_MS);
  return { pauseMs: recent.length < QUICK ? PAUSE_MS : LONG_PAUSE_MS, recent };
}
