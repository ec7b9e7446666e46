/**
 * The page: connects its parts.
 *
 * @module
 */
import type { AlertEvent } from "../feed.ts";
import type { MetricsSnapshot } from "../snapshot.ts";
import { withAlert } from "./alert_list.ts";
import { showAlerts } from "./alert_view.ts";
import { Board } from "./board.ts";
import { listen } from "./live.ts";
import type { LoadEvent } from "./load_event.ts";
import {
  LOAD_PANELS,
  loadText,
  phaseText,
  PROCESS_PANELS,
  timeText,
} from "./panels.ts";

/** How many earlier snapshots are requested. */
const HISTORY = 900;

const state = byId("state");
const process = new Board<MetricsSnapshot>({
  section: byId("process"),
  panels: PROCESS_PANELS,
  axis: "time",
  at: ({ steadyMs }) => steadyMs / 1000,
  timeOfDay: ({ atMs }) => atMs / 1000,
});
const load = new Board<LoadEvent>({
  section: byId("load"),
  panels: LOAD_PANELS,
  axis: "elapsed",
  at: ({ elapsedMs }) => elapsedMs / 1000,
});
let alerts: AlertEvent[] = [];
/** Snapshots that wait while earlier ones are fetched. */
let waiting: MetricsSnapshot[] = [];
let fetches = 0;

function addSnapshot(snapshot: MetricsSnapshot): void {
  if (fetches > 0) {
    waiting = [...waiting, snapshot].slice(-HISTORY);
    return;
  }
  byId("empty").hidden = true;
  process.push(snapshot);
  byId("range").textContent = `as of ${timeText(process.timeOfDay)}`;
}

function addLoad(progress: LoadEvent): void {
  const { phase, elapsedMs } = progress;
  // Another run has started.
  if (elapsedMs / 1000 < load.end) load.clear();
  const name = phaseText(phase);
  if (load.spans.at(-1)?.name !== name) {
    load.spans.push({ name, from: elapsedMs / 1000 });
  }
  load.push(progress);
  byId("load-state").textContent = loadText(progress);
  if (progress.metrics !== null) addSnapshot(progress.metrics);
}

function addAlerts(...changed: readonly AlertEvent[]): void {
  for (const alert of changed) alerts = withAlert(alerts, alert);
  showAlerts(byId("alerts"), alerts);
}

/** Fetches what was before the first event, or was missed. */
async function fill(): Promise<void> {
  fetches++;
  try {
    const { firing } = await json<{ firing: AlertEvent[] }>("alerts.json");
    addAlerts(...firing);
    const path = `history.json?last=${HISTORY}`;
    waiting = [...await json<MetricsSnapshot[]>(path), ...waiting];
  } catch {
    // The connection is lost again: the next one fetches.
  }
  fetches--;
  if (fetches > 0) return;
  const ready = waiting.sort((a, b) => a.steadyMs - b.steadyMs);
  waiting = [];
  ready.forEach(addSnapshot);
}

async function json<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`Cannot get ${path}: ${response.status}`);
  return await response.json();
}

listen({
  changed(phase) {
    state.dataset.phase = phase;
    state.textContent = phase === "connected"
      ? "live"
      : "not connected, reconnecting";
    if (phase === "connected") void fill();
  },
  events: {
    snapshot: (data) => addSnapshot(JSON.parse(data)),
    firing: (data) => addAlerts(...JSON.parse(data)),
    alert: (data) => addAlerts(JSON.parse(data)),
    load: (data) => addLoad(JSON.parse(data)),
    gap: () => void fill(),
  },
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  process.redraw();
  load.redraw();
});

/** Returns the element of `index.html` with an id. */
function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element !== null) return element;
  throw new TypeError(`Cannot start: the page has no #${id}`);
}
