/**
 * How keys and data change what the screen shows.
 *
 * @module
 */
import type { WatchData } from "../watch/protocol.ts";
import type { Key } from "./keys.ts";
import { withEnd, withEvent } from "./load_state.ts";
import {
  isTree,
  questionOf,
  roomFor,
  rowsOf,
  type ScreenEvent,
  type ScreenState,
} from "./screen_state.ts";
import { sortsOf, type ViewName, VIEWS } from "./views.ts";

/** Returns the screen after something has happened. */
export function transition(
  state: ScreenState,
  event: ScreenEvent,
): ScreenState {
  switch (event.type) {
    case "key": {
      const chosen = { ...state, isChosen: true };
      return state.typing === undefined
        ? onKey(chosen, event.key)
        : onTyping(chosen, state.typing, event.key);
    }
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
    case "load": {
      if (state.isPaused) return state;
      const shown = { ...state, load: withEvent(state.load, event.load) };
      // What a page beside a load test is opened for.
      return state.isChosen || state.load !== undefined
        ? inSight(shown)
        : showView(shown, "load");
    }
    case "load_end":
      return inSight({ ...state, load: withEnd(state.load, event.end) });
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
  const chosen = VIEWS[Number(character) - 1];
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
  const next = VIEWS[(VIEWS.indexOf(state.view) + 1) % VIEWS.length];
  return next === undefined ? state : showView(state, next);
}

function showView(state: ScreenState, view: ViewName): ScreenState {
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
  const chosen = Math.max(0, Math.min(to, last));
  // No line of a load test is chosen: they scroll.
  return inSight(
    state.view === "load"
      ? { ...state, chosen, top: chosen }
      : { ...state, chosen },
  );
}

/** Scrolls as far as it takes to see the row that is chosen. */
function inSight(state: ScreenState): ScreenState {
  const { chosen, top, view } = state;
  const room = roomFor(state);
  if (view === "load") {
    const last = Math.max(0, rowsOf(state).matching - room);
    const first = Math.min(top, last);
    return { ...state, chosen: first, top: first };
  }
  if (chosen < top) return { ...state, top: chosen };
  return chosen < top + room ? state : { ...state, top: chosen - room + 1 };
}
