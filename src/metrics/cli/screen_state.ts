/**
 * What the screen shows, and how keys and data change it. Nothing here knows of
 * a terminal or a network.
 *
 * @module
 */
import type { AlertEvent } from "../feed.ts";
import type { MetricsSnapshot } from "../snapshot.ts";
import type { WatchData, WatchedOverview } from "../watch/protocol.ts";
import { sortsOf } from "./arguments.ts";
import { type InstrumentRow, type ListName, LISTS } from "./columns.ts";
import { instrumentRows } from "./instrument_rows.ts";
import type { Key } from "./keys.ts";

/** The most rows that are asked for at once. */
const MAX_ROWS = 200;
/** Lines around the rows of a list. */
const FRAME_LINES = 9;

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
  readonly view: ListName;
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

/** What is shown of a load test. */
export interface LoadState {
  readonly phase: string;
  readonly elapsedMs: number;
  readonly plannedMs: number;
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
  | { readonly type: "load"; readonly load: LoadState };

/** Returns the screen before anything has come. */
export function initialScreen(
  given: Pick<ScreenState, "url" | "view" | "sort" | "isReversed" | "filter">,
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
export function roomFor({ lines }: ScreenState): number {
  return Math.max(1, lines - FRAME_LINES);
}

/** The question of the overview, which is always asked. */
export const OVERVIEW = "kind=overview";

/** Returns the question of what is shown; `undefined` for what has come anyway. */
export function questionOf(
  state: ScreenState,
  limit: number = Math.min(MAX_ROWS, roomFor(state)),
): string | undefined {
  const { view, sort, isReversed, filter, detail, open, top } = state;
  if (view === "instruments") return undefined;
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
function isText(view: ListName, sort: string): boolean {
  return sort === "session" || sort === "id" ||
    LISTS[view].some((column) =>
      column.sort === sort && column.isText === true && sort !== "failure"
    );
}

/** Returns the rows on the screen, and how many there are altogether. */
export function rowsOf(
  state: ScreenState,
): { readonly rows: readonly unknown[]; readonly matching: number } {
  const { view, data, snapshot, filter, top } = state;
  if (view === "instruments") {
    const all: InstrumentRow[] = instrumentRows(snapshot, filter);
    const rows = all.slice(top, top + roomFor(state));
    return { rows, matching: all.length };
  }
  return data?.type === view ? data : { rows: [], matching: 0 };
}

/** Returns the screen after something has happened. */
export function transition(
  state: ScreenState,
  event: ScreenEvent,
): ScreenState {
  switch (event.type) {
    case "key":
      return state.typing === undefined
        ? onKey(state, event.key)
        : onTyping(state, state.typing, event.key);
    case "resized": {
      const { columns, lines } = event;
      return inSight({ ...state, columns, lines });
    }
    case "connection":
      return { ...state, connection: event.connection };
    case "data":
      return onData(state, event.question, event.data);
    case "refused":
      return event.question === questionOf(state)
        ? { ...state, refusal: event.why, data: undefined }
        : state;
    case "snapshot":
      return state.isPaused ? state : { ...state, snapshot: event.snapshot };
    case "firing":
      return { ...state, firing: event.firing };
    case "alert": {
      const { alert } = event;
      const others = state.firing.filter(({ name }) => name !== alert.name);
      const firing = alert.state === "firing" ? [...others, alert] : others;
      return { ...state, firing };
    }
    case "load":
      return { ...state, load: event.load };
    default:
      return event satisfies never;
  }
}

function onData(
  state: ScreenState,
  question: string,
  data: WatchData,
): ScreenState {
  if (state.isPaused && state.data !== undefined) return state;
  if (data.type === "overview") return { ...state, overview: data };
  if (question !== questionOf(state)) return state;
  const shown = { ...state, data, refusal: undefined };
  // Rows may have gone.
  return "matching" in data && state.chosen >= data.matching
    ? inSight({ ...shown, chosen: Math.max(0, data.matching - 1) })
    : shown;
}

function onTyping(state: ScreenState, typed: string, key: Key): ScreenState {
  switch (key.type) {
    case "character":
      return { ...state, typing: typed + key.character };
    case "backspace":
      return { ...state, typing: [...typed].slice(0, -1).join("") };
    case "enter":
      return home({ ...state, typing: undefined, filter: typed });
    case "interrupt":
      return { ...state, isOver: "interrupted" };
    case "escape":
      return { ...state, typing: undefined };
    default:
      return state;
  }
}

function onKey(state: ScreenState, key: Key): ScreenState {
  const page = roomFor(state);
  switch (key.type) {
    case "interrupt":
      return { ...state, isOver: "interrupted" };
    case "up":
      return move(state, state.chosen - 1);
    case "down":
      return move(state, state.chosen + 1);
    case "page_up":
      return move(state, state.chosen - page);
    case "page_down":
      return move(state, state.chosen + page);
    case "home":
      return move(state, 0);
    case "end":
      return move(state, Infinity);
    case "tab":
      return nextView(state);
    case "enter":
      return enter(state);
    case "right":
      return setOpen(state, true);
    case "left":
      return setOpen(state, false);
    case "escape":
      return back(state);
    case "backspace":
      return state;
    case "character":
      return onCharacter(state, key.character);
    default:
      return key satisfies never;
  }
}

function onCharacter(state: ScreenState, character: string): ScreenState {
  const names = Object.keys(LISTS) as ListName[];
  const chosen = names[Number(character) - 1];
  if (chosen !== undefined) return showView(state, chosen);
  switch (character) {
    case "q":
      return { ...state, isOver: "quit" };
    case "p":
    case " ":
      return { ...state, isPaused: !state.isPaused };
    case "/":
      return { ...state, typing: state.filter };
    case "r":
      return home({ ...state, isReversed: !state.isReversed });
    case "?":
    case "h":
      return { ...state, showsHelp: !state.showsHelp };
    case "<":
      return sortBy(state, -1);
    case ">":
      return sortBy(state, 1);
    case "t":
      return home({ ...state, sort: undefined, isReversed: false });
    case "j":
      return move(state, state.chosen + 1);
    case "k":
      return move(state, state.chosen - 1);
    default:
      return state;
  }
}

function back(state: ScreenState): ScreenState {
  if (state.showsHelp) return { ...state, showsHelp: false };
  if (state.detail !== undefined) {
    return { ...state, detail: undefined, data: undefined };
  }
  return state.filter === "" ? state : home({ ...state, filter: "" });
}

/** The row that is chosen, if it is on the screen. */
function chosenActor(state: ScreenState) {
  const { data, chosen, top } = state;
  return data?.type === "actors" && state.detail === undefined
    ? data.rows[chosen - top]
    : undefined;
}

/** Whether the actors are shown as a tree. */
export function isTree({ sort, filter, view }: ScreenState): boolean {
  return view === "actors" && (sort ?? "tree") === "tree" && filter === "";
}

function enter(state: ScreenState): ScreenState {
  const actor = chosenActor(state);
  if (actor === undefined) return state;
  if (isTree(state) && actor.children > 0) {
    return setOpen(state, !state.open.includes(actor.path));
  }
  return { ...state, detail: actor.path, data: undefined };
}

function setOpen(state: ScreenState, isOpen: boolean): ScreenState {
  const actor = chosenActor(state);
  if (actor === undefined || !isTree(state)) return state;
  const others = state.open.filter((path) => path !== actor.path);
  if (!isOpen) return { ...state, open: others };
  return actor.children === 0
    ? state
    // As many as may be asked for.
    : { ...state, open: [...others, actor.path].slice(-200) };
}

function nextView(state: ScreenState): ScreenState {
  const names = Object.keys(LISTS) as ListName[];
  const next = names[(names.indexOf(state.view) + 1) % names.length];
  return next === undefined ? state : showView(state, next);
}

function showView(state: ScreenState, view: ListName): ScreenState {
  return home({
    ...state,
    view,
    sort: undefined,
    isReversed: false,
    detail: undefined,
    data: undefined,
    refusal: undefined,
  });
}

function sortBy(state: ScreenState, step: number): ScreenState {
  const sorts = sortsOf(state.view);
  if (sorts.length === 0) return state;
  const now = sorts.indexOf(state.sort ?? sorts[0] ?? "");
  const sort = sorts[(now + step + sorts.length) % sorts.length];
  return home({ ...state, sort, isReversed: false });
}

function home(state: ScreenState): ScreenState {
  return { ...state, chosen: 0, top: 0 };
}

function move(state: ScreenState, to: number): ScreenState {
  const last = Math.max(0, rowsOf(state).matching - 1);
  return inSight({ ...state, chosen: Math.max(0, Math.min(to, last)) });
}

/** Scrolls as far as it takes to see the row that is chosen. */
function inSight(state: ScreenState): ScreenState {
  const { chosen, top } = state;
  const room = roomFor(state);
  if (chosen < top) return { ...state, top: chosen };
  return chosen < top + room ? state : { ...state, top: chosen - room + 1 };
}
