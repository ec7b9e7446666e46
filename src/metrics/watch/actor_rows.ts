/**
 * The rows of actors, out of what a look has found.
 *
 * @module
 */
import type { ActorEntry, ActorSum, ActorTable } from "../../actor/internal.ts";
import type {
  ActorRow,
  ActorsSummary,
  ActorSums,
  WatchedActors,
} from "./protocol.ts";
import type { WatchQuery } from "./query.ts";
import { selectRows, type SortKey } from "./select.ts";

/** Characters of a failure that are shown. */
const MAX_FAILURE = 300;

const KEYS: Readonly<Record<string, (entry: ActorEntry) => SortKey>> = {
  path: ({ path }) => path,
  state: ({ state }) => state,
  mailbox: ({ mailboxMessages }) => mailboxMessages,
  oldest: ({ oldestMs }) => oldestMs,
  processed: ({ processed }) => processed,
  rate: ({ perSecond }) => perSecond,
  busy: ({ busyShare }) => busyShare,
  restarts: ({ restarts }) => restarts,
  failure: ({ cell }) => cell.lastFailure === undefined ? 0 : 1,
  dead_letters: ({ deadLetters }) => deadLetters,
};

const ROW_KEYS: Readonly<Record<string, (row: ActorRow) => SortKey>> = {
  path: ({ path }) => path,
  state: ({ state }) => state,
  mailbox: ({ mailboxMessages }) => mailboxMessages,
  oldest: ({ oldestMs }) => oldestMs,
  processed: ({ processed }) => processed,
  rate: ({ perSecond }) => perSecond,
  busy: ({ busyShare }) => busyShare,
  restarts: ({ restarts }) => restarts,
  failure: ({ lastFailure }) => lastFailure === null ? 0 : 1,
  dead_letters: ({ deadLetters }) => deadLetters,
};

/** Returns what rows are sorted by, which come of several threads. */
export function rowKeyOf(sort: string): (row: ActorRow) => SortKey {
  return ROW_KEYS[sort] ?? (() => 0);
}

/** Returns the actors that a view asks for. */
export function actorRows(
  { entries }: ActorTable,
  query: WatchQuery,
): WatchedActors {
  const { sort, filter, place, state, under } = query;
  const isTree = sort === "tree";
  const below = under === "/" ? "/" : `${under}/`;
  const isShown = isTree && filter === "" ? inTree(query) : undefined;
  const rows = selectRows(entries, query, {
    matches: (entry) =>
      (isShown === undefined || isShown(entry)) &&
      (state === undefined || entry.state === state) &&
      (below === "/" || entry.path === under || entry.path.startsWith(below)) &&
      (filter === "" || `${place}${entry.path}`.toLowerCase().includes(filter)),
    // Entries come in the order of the tree, which equal keys keep.
    keyOf: isTree ? () => 0 : KEYS[sort] ?? (() => 0),
    rowOf: actorRow,
  });
  return { type: "actors", ...rows };
}

/** Returns whether an actor is seen in a tree; asked in the order of the tree. */
function inTree(
  { open, under }: WatchQuery,
): (entry: ActorEntry) => boolean {
  if (open.has("*")) return () => true;
  const openEntries = new Set<ActorEntry>();
  return (entry) => {
    const { parent, path } = entry;
    const isTop = entry.depth === 0 || path === under;
    if (!isTop && (parent === undefined || !openEntries.has(parent))) {
      return false;
    }
    if (open.has(path)) openEntries.add(entry);
    return true;
  };
}

/** Makes the row of an actor. */
export function actorRow(entry: ActorEntry): ActorRow {
  const { path, depth, state, mailboxMessages, mailboxBytes, oldestMs } = entry;
  const { processed, perSecond, busyShare, restarts, deadLetters } = entry;
  const { children, below, cell } = entry;
  return {
    path,
    depth,
    state,
    mailboxMessages,
    mailboxBytes,
    oldestMs: rounded(oldestMs),
    processed,
    perSecond: rounded(perSecond, 10),
    busyShare: rounded(busyShare, 10_000),
    restarts,
    lastFailure: failureText(cell.lastFailure),
    deadLetters,
    children,
    below: children === 0 ? null : sumsOf(below),
  };
}

/** Returns sums over actors, without digits that nobody reads. */
export function sumsOf(sum: ActorSum): ActorSums {
  return {
    actors: sum.actors,
    mailboxMessages: sum.mailboxMessages,
    oldestMs: rounded(sum.oldestMs),
    perSecond: rounded(sum.perSecond, 10),
    busyShare: rounded(sum.busyShare, 10_000),
    restarts: sum.restarts,
    deadLetters: sum.deadLetters,
  };
}

/** Returns the sums over all actors. */
export function actorsSummary(
  { sum, isTruncated, states, deadLetters }: ActorTable,
  intervalMs: number,
): ActorsSummary {
  return {
    actors: sum.actors,
    isTruncated,
    states,
    mailboxMessages: sum.mailboxMessages,
    oldestMs: rounded(sum.oldestMs),
    restarts: sum.restarts,
    perSecond: rounded(sum.perSecond, 10),
    deadLetters,
    intervalMs,
  };
}

/** Digits that nobody reads would make each value another one. */
export function rounded(value: number | null, parts = 1): number | null {
  return value === null ? null : Math.round(value * parts) / parts;
}

/** Returns the name and the message of what was thrown. */
export function failureText(cause: unknown): string | null {
  if (cause === undefined) return null;
  let text: string;
  try {
    text = String(cause);
  } catch {
    // An object without a prototype, or whose `toString` throws.
    text = "an unknown cause";
  }
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= MAX_FAILURE ? line : `${line.slice(0, MAX_FAILURE)}…`;
}
