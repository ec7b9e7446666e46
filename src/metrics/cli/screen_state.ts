/**
 * What the screen shows. Nothing here knows of a terminal or a network.
 *
 * @module
 */
import type { AlertEvent } from "../feed.ts";
import type { MetricsSnapshot } from "../snapshot.ts";
import type { WatchData, WatchedOverview } from "../watch/protocol.ts";
import type { LoadEnd, LoadEvent } from "../load_event.ts";
import { type InstrumentRow, LISTS } from "./columns.ts";
import { instrumentRows } from "./instrument_rows.ts";
import type { Key } from "./keys.ts";
import { loadLines } from "./load_lines.ts";
import type { LoadState } from "./load_state.ts";
import { sortsOf, type ViewName } from "./views.ts";

/** The most rows that are asked for at once. */
const MAX_ROWS = 200;
/** Lines around the rows of a list. */
const FRAME_LINES = 9;
/** Lines around those of a load test, which have no title. */
const LOAD_FRAME_LINES = 7;

/** Whether there is a connection to the page. */
export type Connection =
  | { readonly type: "connecting" | "live" }
  | { readonly type: "lost"; readonly why: string };

/** What the screen shows. */
export interface ScreenState {
  readonly url: string;
  readonly columns: number;
  readonly lines: number;
  readonly connection: Connection;
  readonly view: ViewName;
  /** Whether the user has chosen it; a load test is shown otherwise. */
  readonly isChosen: boolean;
  readonly sort: string | undefined;
  readonly isReversed: boolean;
  readonly filter: string;
  /** The filter while it is typed. */
  readonly typing: string | undefined;
  /** Index of the row that is chosen, among all that match. */
  readonly chosen: number;
  /** Index of the first row on the screen. */
  readonly top: number;
  /** The paths whose children are shown. */
  readonly open: readonly string[];
  /** The path of the actor that is shown. */
  readonly detail: string | undefined;
  readonly isPaused: boolean;
  readonly showsHelp: boolean;
  /** Whether the user has left. */
  readonly isOver: "no" | "quit" | "interrupted";
  readonly overview: WatchedOverview | undefined;
  /** The list or the actor that was asked for. */
  readonly data: WatchData | undefined;
  readonly snapshot: MetricsSnapshot | undefined;
  readonly firing: readonly AlertEvent[];
  /** The load test beside which the page is. */
  readonly load: LoadState | undefined;
  /** Why the program does not show what was asked for. */
  readonly refusal: string | undefined;
}

/** What happens to the screen. */
export type ScreenEvent =
  | { readonly type: "key"; readonly key: Key }
  | {
    readonly type: "resized";
    readonly columns: number;
    readonly lines: number;
  }
  | { readonly type: "connection"; readonly connection: Connection }
  | {
    readonly type: "data";
    readonly question: string;
    readonly data: WatchData;
  }
  | {
    readonly type: "refused";
    readonly question: string;
    readonly why: string;
  }
  | { readonly type: "snapshot"; readonly snapshot: MetricsSnapshot }
  | { readonly type: "firing"; readonly firing: readonly AlertEvent[] }
  | { readonly type: "alert"; readonly alert: AlertEvent }
  | { readonly type: "load"; readonly load: LoadEvent }
  | { readonly type: "load_end"; readonly end: LoadEnd };

/** Returns the screen before anything has come. */
export function initialScreen(
  given: Pick<
    ScreenState,
    "url" | "view" | "isChosen" | "sort" | "isReversed" | "filter"
  >,
): ScreenState {
  return {
    ...given,
    columns: 80,
    lines: 24,
    connection: { type: "connecting" },
    typing: undefined,
    chosen: 0,
    top: 0,
    open: [],
    detail: undefined,
    isPaused: false,
    showsHelp: false,
    isOver: "no",
    overview: undefined,
    data: undefined,
    snapshot: undefined,
    firing: [],
    load: undefined,
    refusal: undefined,
  };
}

/** Returns how many rows of a list have room. */
export function roomFor({ lines, view }: ScreenState): number {
  return Math.max(
    1,
    lines - (view === "load" ? LOAD_FRAME_LINES : FRAME_LINES),
  );
}

/** The question of the overview, which is always asked. */
export const OVERVIEW = "kind=overview";

/** Returns the question of what is shown; `undefined` for what has come anyway. */
export function questionOf(
  state: ScreenState,
  limit: number = Math.min(MAX_ROWS, roomFor(state)),
): string | undefined {
  const { view, sort, isReversed, filter, detail, open, top } = state;
  if (view === "instruments" || view === "load") return undefined;
  if (detail !== undefined) {
    return `${new URLSearchParams({ kind: "actor", path: detail })}`;
  }
  const parameters = new URLSearchParams({ kind: view });
  const column = sort ?? sortsOf(view)[0] ?? "";
  parameters.set("sort", column);
  if (isReversed && column !== "tree") {
    const order = isText(view, column) ? "descending" : "ascending";
    parameters.set("order", order);
  }
  if (filter !== "") parameters.set("filter", filter);
  if (column === "tree") {
    for (const path of open) parameters.append("open", path);
  }
  parameters.set("offset", String(top));
  parameters.set("limit", String(limit));
  return `${parameters}`;
}

/** Whether a column is one of text, which the server sorts from A to Z. */
function isText(view: keyof typeof LISTS, sort: string): boolean {
  return sort === "session" || sort === "id" ||
    LISTS[view].some((column) =>
      column.sort === sort && column.isText === true && sort !== "failure"
    );
}

/** Returns the rows on the screen, and how many there are altogether. */
export function rowsOf(
  state: ScreenState,
): { readonly rows: readonly unknown[]; readonly matching: number } {
  const { view, data, snapshot, filter, top, load, columns } = state;
  if (view === "load") {
    const all = loadLines(load, snapshot, columns);
    return { rows: all.slice(top, top + roomFor(state)), matching: all.length };
  }
  if (view === "instruments") {
    const all: InstrumentRow[] = instrumentRows(snapshot, filter);
    const rows = all.slice(top, top + roomFor(state));
    return { rows, matching: all.length };
  }
  return data?.type === view ? data : { rows: [], matching: 0 };
}

/** Whether the actors are shown as a tree. */
export function isTree({ sort, filter, view }: ScreenState): boolean {
  return view === "actors" && (sort ?? "tree") === "tree" && filter === "";
}
