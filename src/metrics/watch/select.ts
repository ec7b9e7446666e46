/**
 * The rows that a view asks for, out of all that there are.
 *
 * @module
 */
import type { WatchedRows } from "./protocol.ts";
import type { WatchQuery } from "./query.ts";

/** What something is sorted by; `null` goes last in either order. */
export type SortKey = number | string | null;

/** How rows are made of something. */
export interface Selection<T, Row> {
  /** Returns whether it is among the rows. */
  matches(item: T): boolean;
  /** Returns what it is sorted by. */
  keyOf(item: T): SortKey;
  /** Makes the row; called for those that are sent alone. */
  rowOf(item: T): Row;
}

interface Candidate<T> {
  readonly item: T;
  readonly key: SortKey;
  /** Its place among all: of equal ones the first goes first. */
  readonly place: number;
}

/**
 * Returns a page of the sorted rows. It keeps no more candidates than twice the
 * rows up to the end of that page, and so sorts no more at once.
 */
export function selectRows<T, Row>(
  items: Iterable<T>,
  query: Pick<WatchQuery, "descending" | "offset" | "limit">,
  { matches, keyOf, rowOf }: Selection<T, Row>,
): WatchedRows<Row> {
  const { descending, offset, limit } = query;
  const sign = descending ? -1 : 1;
  const order = (a: Candidate<T>, b: Candidate<T>): number =>
    compareKeys(a.key, b.key, sign) || a.place - b.place;
  const kept = offset + limit;
  let candidates: Candidate<T>[] = [];
  let worst: Candidate<T> | undefined;
  let matching = 0;
  for (const item of items) {
    if (!matches(item)) continue;
    const candidate = { item, key: keyOf(item), place: matching++ };
    if (worst !== undefined && order(candidate, worst) > 0) continue;
    candidates.push(candidate);
    if (candidates.length < 2 * kept) continue;
    candidates = candidates.sort(order).slice(0, kept);
    worst = candidates.at(-1);
  }
  const rows = candidates.sort(order).slice(offset, kept)
    .map(({ item }) => rowOf(item));
  return { matching, offset, rows };
}

function compareKeys(a: SortKey, b: SortKey, sign: number): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -sign : sign;
}
