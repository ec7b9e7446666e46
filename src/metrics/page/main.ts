/**
 * The page: connects its parts.
 *
 * @module
 */
import type { AlertEvent } from "../feed.ts";
import type { LoadEvent } from "../load_event.ts";
import type { MetricsSnapshot } from "../snapshot.ts";
import type { WatchedOverview } from "../watch/protocol.ts";
import { ActorsView } from "./actors_view.ts";
import { withAlert } from "./alert_list.ts";
import { showAlerts } from "./alert_view.ts";
import { Announcer } from "./announcer.ts";
import { Board } from "./board.ts";
import { ConnectionsView } from "./connections_view.ts";
import { byId, selectById, setText } from "./elements.ts";
import { timeText } from "../watch/format.ts";
import { InstrumentsView } from "./instruments_view.ts";
import { listen } from "./live.ts";
import { LoadView } from "./load_view.ts";
import type { Panel } from "./panel.ts";
import { ACTOR_PANELS, HOST_PANELS, PROCESS_PANELS } from "./process_panels.ts";
import { DEFAULT_RANGE, RANGES, snapshotsIn } from "./range.ts";
import { Tabs } from "./tabs.ts";
import { TerminalsView } from "./terminals_view.ts";
import type { View } from "./view.ts";
import { WatchClient } from "./watch_client.ts";

const state = byId("state");
const announcer = new Announcer(byId("announcer"));
const client = new WatchClient();

/** A board of charts of snapshots. */
function boardOf(
  id: string,
  view: string,
  panels: readonly Panel<MetricsSnapshot>[],
): Board<MetricsSnapshot> {
  return new Board<MetricsSnapshot>({
    section: byId(id),
    axis: "time",
    at: ({ steadyMs }) => steadyMs / 1000,
    timeOfDay: ({ atMs }) => atMs / 1000,
    isVisible: () => shown === view,
  }, panels);
}

/** The name of the view that is shown. */
let shown = "";
const boards = [
  boardOf("process", "process", PROCESS_PANELS),
  boardOf("host", "process", HOST_PANELS),
  boardOf("groups", "process", ACTOR_PANELS),
];
const instrumentBoard = boardOf("instrument-charts", "instruments", []);
const allBoards = [...boards, instrumentBoard];
const load = new LoadView(announcer);
const instruments = new InstrumentsView(instrumentBoard);
const actors = new ActorsView(client);
const connections = new ConnectionsView(client);
const terminals = new TerminalsView(client);
const process: View = {
  show: () => boards.forEach((board) => board.draw()),
  hide() {},
};
const views: ReadonlyMap<string, View> = new Map<string, View>([
  ["load", load],
  ["process", process],
  ["instruments", instruments],
  ["actors", actors],
  ["connections", connections],
  ["terminals", terminals],
]);

const tabs = new Tabs(byId("tabs"), (name) => {
  views.get(shown)?.hide();
  shown = name;
  views.get(name)?.show();
  watchOverview();
});
tabs.suggest("process");

// What the program has: once, and for as long as somebody looks at sums of it.

let overview: Disposable | undefined;

function watchOverview(): void {
  const isWanted = ["actors", "connections", "terminals"].includes(shown);
  overview?.[Symbol.dispose]();
  overview = client.ask(new URLSearchParams({ kind: "overview" }), {
    show(data) {
      if (data.type === "overview") showOverview(data);
      if (!isWanted) overview?.[Symbol.dispose]();
    },
  });
}

function showOverview(
  { actors: all, sessions, terminals: pty }: WatchedOverview,
) {
  tabs.offer("actors", all !== null);
  tabs.offer("connections", sessions !== null);
  tabs.offer("terminals", pty !== null);
  if (all !== null) actors.summarize(all);
  if (sessions !== null) connections.summarize(sessions);
  if (pty !== null) terminals.summarize(pty);
}

// Snapshots.

let alerts: AlertEvent[] = [];
/** Snapshots that wait while earlier ones are fetched. */
let waiting: MetricsSnapshot[] = [];
let fetches = 0;
let range = DEFAULT_RANGE;
/** Seconds from one snapshot to the next. */
let interval = 1;

function addSnapshot(snapshot: MetricsSnapshot): void {
  if (fetches > 0) {
    waiting = [...waiting, snapshot].slice(-snapshotsIn(range, interval));
    return;
  }
  byId("empty").hidden = true;
  instruments.prepare(snapshot);
  for (const board of allBoards) board.push(snapshot);
  instruments.update(snapshot);
  tabs.offer("process", true);
  tabs.offer("instruments", !instruments.isEmpty);
  const [board] = boards;
  if (board !== undefined) {
    setText(byId("range"), `as of ${timeText(board.timeOfDay)}`);
  }
}

/** Fetches what was before the first event, or was missed. */
async function fill(): Promise<void> {
  fetches++;
  let old: MetricsSnapshot[] = [];
  try {
    const { firing } = await json<{ firing: AlertEvent[] }>("alerts.json");
    addAlerts(...firing);
    const count = snapshotsIn(range, interval);
    old = await json<MetricsSnapshot[]>(`history.json?last=${count}`);
  } catch {
    // The connection is lost again: the next one fetches.
  }
  fetches--;
  waiting = [...old, ...waiting];
  if (fetches > 0) return;
  const [first, last] = [old[0], old.at(-1)];
  if (first !== undefined && last !== undefined && first !== last) {
    const seconds = (last.steadyMs - first.steadyMs) / 1000;
    interval = seconds / (old.length - 1);
    if (isRefilled) {
      for (const board of allBoards) {
        board.clear(Number.isFinite(range) ? range : seconds);
      }
    }
  }
  isRefilled = false;
  const ready = waiting.sort((a, b) => a.steadyMs - b.steadyMs);
  waiting = [];
  ready.forEach(addSnapshot);
}

/** Whether all points are to be replaced by those that are fetched. */
let isRefilled = false;

async function json<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`Cannot get ${path}: ${response.status}`);
  return await response.json();
}

const choice = selectById("range-choice");
choice.replaceChildren(...RANGES.map(({ seconds, text }) => {
  const option = document.createElement("option");
  option.value = String(seconds);
  option.textContent = text;
  option.selected = seconds === DEFAULT_RANGE;
  return option;
}));
choice.addEventListener("change", () => {
  range = Number(choice.value);
  for (const board of [...allBoards, load.board]) board.setRange(range);
  isRefilled = true;
  void fill();
});

// The load test and alerts.

function addLoad(event: LoadEvent): void {
  tabs.offer("load", true);
  tabs.suggest("load");
  load.update(event);
  const { run, metrics } = event;
  if (run !== undefined) {
    setText(byId("title"), run.name);
    document.title = `${run.name} – load test`;
  }
  if (metrics !== null) addSnapshot(metrics);
}

function addAlerts(...changed: readonly AlertEvent[]): void {
  for (const alert of changed) {
    const known = alerts.find(({ name }) => name === alert.name);
    alerts = withAlert(alerts, alert);
    if (known?.state !== alert.state && alerts.includes(alert)) {
      announcer.say(`Alert ${alert.name} ${alert.state}.`);
    }
  }
  showAlerts(byId("alerts"), alerts);
}

function showPhase(phase: "connected" | "disconnected"): void {
  state.dataset.phase = phase === "disconnected" && load.hasEnded
    ? "ended"
    : phase;
  setText(
    state,
    phase === "connected"
      ? "live"
      : load.hasEnded
      ? "the run has ended"
      : "not connected, reconnecting",
  );
}

listen({
  changed(phase) {
    showPhase(phase);
    if (phase === "connected") {
      client.start();
      watchOverview();
      void fill();
    } else client.stop();
  },
  hidden: () => client.stop(),
  events: {
    snapshot: (data) => addSnapshot(JSON.parse(data)),
    firing: (data) => addAlerts(...JSON.parse(data)),
    alert: (data) => addAlerts(JSON.parse(data)),
    load: (data) => addLoad(JSON.parse(data)),
    load_end: (data) => load.end(JSON.parse(data)),
    gap: () => void fill(),
  },
  watched: (data) => client.onEvent(JSON.parse(data)),
});

// Keys and colours.

addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if (key !== "/" || ctrlKey || metaKey || altKey) return;
  if (target instanceof HTMLElement && target.matches("input, select")) return;
  const filter = document.querySelector<HTMLElement>(
    "[role=tabpanel]:not([hidden]) input[type=search]",
  );
  if (filter === null) return;
  event.preventDefault();
  filter.focus();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const board of [...allBoards, load.board]) board.redraw();
});
