/**
 * By what a table is sorted, as its reader chooses.
 *
 * @module
 */

/** By what a table is sorted. */
export interface Sorting {
  readonly by: string;
  readonly order: "ascending" | "descending";
}

/** Returns the sorting after a click on a column: the other order, or its own. */
export function sortedBy(
  now: Sorting,
  by: string,
  isNumber: boolean,
): Sorting {
  if (now.by === by) {
    const order = now.order === "ascending" ? "descending" : "ascending";
    return { by, order };
  }
  return { by, order: isNumber ? "descending" : "ascending" };
}
