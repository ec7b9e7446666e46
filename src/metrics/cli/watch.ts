/**
 * Watches a page: on a terminal until the user leaves, or once as a table.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import type { AlertEvent } from "../feed.ts";
import type { MetricsSnapshot } from "../snapshot.ts";
import {
  HELP,
  parseWatchArguments,
  type WatchArguments,
  WatchUsageError,
} from "./arguments.ts";
import { PageClient, PageError, type PageHandlers } from "./page_client.ts";
import { screenLines, tableLines } from "./screen.ts";
import {
  initialScreen,
  OVERVIEW,
  questionOf,
  type ScreenEvent,
  type ScreenState,
} from "./screen_state.ts";
import { Screen } from "./terminal.ts";
import { transition } from "./transition.ts";

/** Milliseconds between the two looks of a table: one sees no rates. */
const SECOND_LOOK_MS = 1200;
/** Columns of a table, which a terminal may wrap. */
const TABLE_COLUMNS = 160;

type Wanted = Extract<WatchArguments, { readonly type: "watch" }>;

/**
 * Runs the command line of `deno task watch`, and returns its exit code.
 *
 * @param args What stands behind the command, as in `Deno.args`.
 */
export async function runWatch(args: readonly string[]): Promise<number> {
  try {
    const wanted = parseWatchArguments(args);
    if (wanted.type === "help") {
      console.log(HELP);
      return 0;
    }
    return wanted.once || !Deno.stdout.isTerminal()
      ? await printOnce(wanted)
      : await watch(wanted);
  } catch (error) {
    if (error instanceof WatchUsageError) {
      console.error(`${error.message}\nSee deno task watch --help`);
      return 2;
    }
    if (!(error instanceof PageError)) throw error;
    console.error(error.message);
    return 1;
  }
}

function screenOf({ url, view, isChosen, sort, isReversed, filter }: Wanted) {
  const { href } = url;
  return initialScreen({
    url: href,
    view,
    isChosen,
    sort,
    isReversed,
    filter,
  });
}

async function printOnce(wanted: Wanted): Promise<number> {
  let state: ScreenState = {
    ...screenOf(wanted),
    columns: TABLE_COLUMNS,
    lines: 10_000,
    connection: { type: "live" },
  };
  const leaving = new AbortController();
  const client = new PageClient(wanted.url, NO_HANDLERS, leaving.signal);
  await client.check();
  const snapshot = await client.json<MetricsSnapshot>("snapshot.json");
  const alerts = await client.json<{ firing: AlertEvent[] }>("alerts.json");
  if (snapshot) state = transition(state, { type: "snapshot", snapshot });
  state = transition(state, { type: "firing", firing: alerts?.firing ?? [] });
  for (const event of await loadEvents(client)) {
    state = transition(state, event);
  }
  const question = questionOf(state, wanted.limit);
  await client.see(OVERVIEW);
  if (question !== undefined) await client.see(question);
  await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS));
  const { data: overview } = await client.see(OVERVIEW);
  if (overview.type === "overview") state = { ...state, overview };
  if (question !== undefined) {
    state = { ...state, data: (await client.see(question)).data };
  }
  console.log(shown(wanted.url, () => tableLines(state)).join("\n"));
  return 0;
}

/** Returns what a page has kept of the load test beside it: the last of it. */
async function loadEvents(client: PageClient): Promise<ScreenEvent[]> {
  const kept = (await client.past()).filter(({ event }) =>
    event === "load" || event === "load_end"
  );
  return kept.slice(-3).flatMap(({ event, data }) =>
    eventOf(event, data) ?? []
  );
}

/** Makes what is shown: the page may be of another version, or none. */
function shown<T>(url: URL, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new PageError(
      `Cannot show what ${url} has sent, it may be of another version: ${
        reasonOf(cause)
      }`,
      { cause },
    );
  }
}

const NO_HANDLERS: PageHandlers = {
  connected() {},
  lost() {},
  event() {},
  data() {},
  refused() {},
};

async function watch(wanted: Wanted): Promise<number> {
  const leaving = new AbortController();
  let state = screenOf(wanted);
  let screen: Screen | undefined;
  let isDue = false;
  let failure: unknown;

  /** Whatever fails, the terminal is given back. */
  function guarded<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      failure ??= error;
      leaving.abort();
      return undefined;
    }
  }

  function draw(): void {
    isDue = false;
    guarded(() => screen?.draw(shown(wanted.url, () => screenLines(state))));
  }

  function happen(event: ScreenEvent): void {
    state = guarded(() => shown(wanted.url, () => transition(state, event))) ??
      state;
    if (state.isOver !== "no") return leaving.abort();
    const question = questionOf(state);
    client.ask(question === undefined ? [OVERVIEW] : [OVERVIEW, question]);
    // What comes together is drawn together.
    if (!isDue) queueMicrotask(draw);
    isDue = true;
  }

  const client = new PageClient(wanted.url, {
    connected() {
      happen({ type: "connection", connection: { type: "live" } });
      void catchUp();
    },
    lost: (why) =>
      happen({ type: "connection", connection: { type: "lost", why } }),
    event(name, data) {
      const event = eventOf(name, data);
      if (event !== undefined) happen(event);
    },
    data: (question, data) => happen({ type: "data", question, data }),
    refused: (question, why) => happen({ type: "refused", question, why }),
  }, leaving.signal);

  /** Gets what was before the first event. */
  async function catchUp(): Promise<void> {
    try {
      const snapshot = await client.json<MetricsSnapshot>("snapshot.json");
      if (snapshot) happen({ type: "snapshot", snapshot });
      const alerts = await client.json<{ firing: AlertEvent[] }>("alerts.json");
      happen({ type: "firing", firing: alerts?.firing ?? [] });
      if (state.load !== undefined) return;
      const events = await loadEvents(client);
      // What comes by itself meanwhile is newer.
      if (state.load === undefined) events.forEach(happen);
    } catch {
      // The connection is lost again: the next one gets it.
    }
  }

  const leave = (): void => {
    state = { ...state, isOver: "interrupted" };
    leaving.abort();
  };
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, leave);
  try {
    // An error at first is better read without a screen.
    await client.check();
    screen = new Screen({
      key: (key) => happen({ type: "key", key }),
      resized: (columns, lines) => happen({ type: "resized", columns, lines }),
    });
    await client.follow();
  } catch (error) {
    // Nothing is wrong if the user left meanwhile.
    if (state.isOver === "no") throw error;
  } finally {
    screen?.[Symbol.dispose]();
    for (const signal of signals) Deno.removeSignalListener(signal, leave);
  }
  if (failure !== undefined) throw failure;
  return state.isOver === "interrupted" ? 130 : 0;
}

/** Returns what an event of the page does; `undefined` if that is nothing. */
function eventOf(name: string, data: string): ScreenEvent | undefined {
  switch (name) {
    case "snapshot":
      return { type: "snapshot", snapshot: JSON.parse(data) };
    case "firing":
      return { type: "firing", firing: JSON.parse(data) };
    case "alert":
      return { type: "alert", alert: JSON.parse(data) };
    case "load":
      return { type: "load", load: JSON.parse(data) };
    case "load_end":
      return { type: "load_end", end: JSON.parse(data) };
    default:
      return undefined;
  }
}
