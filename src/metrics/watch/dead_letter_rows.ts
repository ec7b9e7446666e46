/**
 * The rows of those who did not get messages.
 *
 * @module
 */
import type { ActorTable, DeadLetterTally } from "../../actor/internal.ts";
import { rounded } from "./actor_rows.ts";
import type {
  DeadLetterCounts,
  DeadLetterRow,
  WatchedDeadLetters,
} from "./protocol.ts";
import type { WatchQuery } from "./query.ts";
import { selectRows, type SortKey } from "./select.ts";

const REASONS = ["stopped", "refused", "dropped"] as const;

interface Letters {
  readonly path: string;
  readonly reason: keyof DeadLetterCounts;
  readonly tally: DeadLetterTally;
}

/** Returns what rows are sorted by, which come of several threads. */
export function letterKeyOf(sort: string): (row: DeadLetterRow) => SortKey {
  switch (sort) {
    case "path":
      return ({ path }) => path;
    case "recent":
      return ({ agoMs }) => -agoMs;
    default:
      return ({ count }) => count;
  }
}

/** Returns the dead letters that a view asks for. */
export function deadLetterRows(
  { tallies, atMs }: ActorTable,
  query: WatchQuery,
): WatchedDeadLetters {
  const { filter, place, sort } = query;
  const letters = tallies.entries().flatMap(([cell, tally]) =>
    REASONS.filter((reason) => tally.counts[reason] > 0)
      .map((reason): Letters => ({ path: cell.path, reason, tally }))
  );
  const rows = selectRows(letters, query, {
    matches: ({ path }) =>
      filter === "" || `${place}${path}`.toLowerCase().includes(filter),
    keyOf: ({ path, reason, tally }) =>
      sort === "path"
        ? path
        : sort === "recent"
        ? tally.lastAtMs
        : tally.counts[reason],
    rowOf: ({ path, reason, tally }): DeadLetterRow => ({
      path,
      reason,
      count: tally.counts[reason],
      sender: tally.sender?.path ?? null,
      agoMs: rounded(atMs - tally.lastAtMs) as number,
    }),
  });
  return { type: "dead_letters", ...rows };
}
