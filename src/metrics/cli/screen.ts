/**
 * The lines of the screen.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { type Column, LISTS } from "./columns.ts";
import type { ActorRow } from "../watch/protocol.ts";
import type { LoadState } from "./load_state.ts";
import { isTree, roomFor, rowsOf, type ScreenState } from "./screen_state.ts";
import { bold, dim, inverse, red, yellow } from "./style.ts";
import { count, counted } from "../watch/counted.ts";
import { lineMaker } from "./table.ts";
import { age, bytes, rate, text } from "./texts.ts";
import { sortsOf, VIEWS } from "./views.ts";

const KEYS =
  "? help   q quit   1-7 Tab view   / filter   < > column   r order   Enter open   p pause";

/** A load test is no list: nothing of it is chosen, filtered or sorted. */
const LOAD_KEYS =
  "? help   q quit   1-7 Tab view   ↑ ↓ PgUp PgDn scroll   p pause";

const HELP = [
  "1 to 4, Tab   actors, sessions, streams, terminals",
  "5 to 7        dead letters, instruments, load test",
  "< >           sort by another column",
  "r             the other order",
  "t             the tree of actors again, or the first column",
  "/             filter by a text; Esc removes it",
  "↑ ↓ k j       choose a row; PgUp PgDn Home End",
  "Enter → ←     open and close a group of actors; Enter shows an actor",
  "Esc           back",
  "p, space      pause",
  "q, Ctrl-C     quit",
];

/** Returns the lines of a screen, each as wide as it at most. */
export function screenLines(state: ScreenState): string[] {
  const { columns, lines } = state;
  const body = state.showsHelp
    ? HELP
    : state.detail !== undefined
    ? detailLines(state)
    : listLines(state);
  const head = headLines(state);
  const foot = footLine(state);
  const room = Math.max(0, lines - head.length - 1);
  const shown = [...body.slice(0, room)];
  while (shown.length < room) shown.push("");
  return [...head, ...shown, foot].slice(0, lines)
    .map((line) => clipped(line, columns));
}

/** Returns a list as a table, for an output that is no terminal. */
export function tableLines(state: ScreenState): string[] {
  const { rows, matching } = rowsOf(state);
  const { title, lines } = tableOf(state, rows, state.columns);
  if (state.view === "load") {
    return [...headLines(state).slice(1), ...lines]
      .map((line) => stripVTControlCharacters(line).trimEnd());
  }
  const more = matching - rows.length;
  return [
    ...headLines(state).slice(1).map((line) => stripVTControlCharacters(line)),
    title.trimEnd(),
    ...lines.map((line) => line.trimEnd()),
    ...(more > 0 ? [`… ${count(more)} more`] : []),
  ];
}

function headLines(state: ScreenState): string[] {
  const { url, connection, isPaused, snapshot, overview, firing, load } = state;
  const status = connection.type === "lost"
    ? red(`not connected (${text(connection.why)}), reconnecting`)
    : connection.type === "connecting"
    ? "connecting"
    : isPaused
    ? yellow("paused")
    : "live";
  const lines = [`${bold(`troupe watch ${text(url)}`)} — ${status}`];
  if (snapshot !== undefined) {
    const { process, eventLoop, cgroup } = snapshot;
    const limit = cgroup?.memoryLimitBytes ?? null;
    lines.push(joined([
      process.cpuCores === null
        ? ""
        : `CPU ${process.cpuCores.toFixed(2)} cores`,
      process.rssBytes === null
        ? ""
        : `memory ${bytes(process.rssBytes)}${
          limit === null ? "" : ` of ${bytes(limit)}`
        }`,
      process.heapUsedBytes === null
        ? ""
        : `heap ${bytes(process.heapUsedBytes)}`,
      eventLoop === null
        ? ""
        : `event loop p99 ${eventLoop.delayP99Ms.toFixed(1)} ms late`,
    ]));
  } else lines.push("no snapshot of the process yet");
  const actors = overview?.actors;
  if (actors) {
    const { stopped, refused, dropped } = actors.deadLetters;
    const dead = stopped + refused + dropped;
    lines.push(joined([
      actors.isTruncated
        ? `${count(actors.actors)} and more actors`
        : counted(actors.actors, "actor"),
      `${count(actors.mailboxMessages)} waiting`,
      actors.oldestMs === null ? "" : `oldest ${age(actors.oldestMs)}`,
      actors.perSecond === null ? "" : `${rate(actors.perSecond)} msg/s`,
      counted(actors.restarts, "restart"),
      dead === 0
        ? "no dead letters"
        : `${counted(dead, "dead letter")} (${count(stopped)} stopped, ${
          count(refused)
        } refused, ${count(dropped)} dropped)`,
    ]));
  }
  lines.push(joined([
    overview?.sessions
      ? `${counted(overview.sessions.sessions, "session")}, ${
        count(overview.sessions.resuming)
      } resuming; ${counted(overview.sessions.streams, "stream")}, ${
        count(overview.sessions.waiting)
      } waiting`
      : "",
    overview?.terminals
      ? `${counted(overview.terminals.terminals, "terminal")}, ${
        counted(overview.terminals.viewers, "viewer")
      }, ${count(overview.terminals.paused)} paused`
      : "",
    load === undefined ? "" : loadText(load),
  ]));
  lines.push(
    firing.length === 0
      ? dim("no alerts")
      : red(`ALERT ${firing.map(({ message }) => text(message)).join("; ")}`),
  );
  return lines.filter((line) => line !== "");
}

function loadText({ now, end }: LoadState): string {
  if (end !== undefined) return `load test: ${text(end.verdict)}`;
  return now === undefined
    ? ""
    : `load test: ${text(now.phase)}, ${age(now.elapsedMs)} of ${
      age(now.plannedMs)
    }`;
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}

function footLine(state: ScreenState): string {
  if (state.typing !== undefined) {
    return `filter: ${text(state.typing)}█  ${
      dim("Enter applies, Esc leaves")
    }`;
  }
  const filter = state.filter === "" ? "" : `filter: ${text(state.filter)}   `;
  const range = hasRoomForRange(state) ? "" : `${rangeOf(state)}   `;
  return `${filter}${range}${dim(state.view === "load" ? LOAD_KEYS : KEYS)}`;
}

function listLines(state: ScreenState): string[] {
  const { rows } = rowsOf(state);
  const { chosen, top, view, refusal } = state;
  const { title, lines } = tableOf(state, rows, state.columns);
  if (view === "load") return [namesLine(state), ...lines];
  return [
    namesLine(state),
    inverse(title),
    ...(refusal === undefined ? lines : [text(refusal)])
      .map((line, index) => index === chosen - top ? inverse(line) : line),
  ];
}

/** The names of all views, and which rows are shown, if both have room. */
function namesLine(state: ScreenState): string {
  const titles = VIEWS.map((name, index) => {
    const title = `${index + 1} ${name.replace("_", " ")}`;
    return name === state.view ? bold(`[${title}]`) : title;
  }).join(" ");
  return hasRoomForRange(state) ? `${titles}   ${rangeOf(state)}` : titles;
}

/** Columns of the names of all views. */
const NAMES_COLUMNS = VIEWS.join(" ").length + 2 * VIEWS.length + 2;

function hasRoomForRange(state: ScreenState): boolean {
  return state.columns >= NAMES_COLUMNS + 3 + rangeOf(state).length;
}

/** Says which rows of how many are shown. */
function rangeOf(state: ScreenState): string {
  const { matching } = rowsOf(state);
  const { top } = state;
  const last = Math.min(matching, top + roomFor(state));
  return matching === 0
    ? "none"
    : `${count(top + 1)}–${count(last)} of ${count(matching)}`;
}

interface Table {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Lays rows out, whose type is that of the view. */
function tableOf(
  state: ScreenState,
  rows: readonly unknown[],
  width: number,
): Table {
  if (state.view === "load") return { title: "", lines: rows.map(String) };
  const columns = LISTS[state.view] as readonly Column<unknown>[];
  const sort = state.sort ?? sortsOf(state.view)[0];
  const line = lineMaker(columns, width);
  return {
    title: line(({ title, sort: by }) =>
      by !== undefined && by === sort
        ? `${title}${state.isReversed ? "△" : "▽"}`
        : title
    ),
    lines: rows.map((row) => summed(state, row)).map((row) =>
      line((column) =>
        state.view === "actors" && column.width === undefined
          ? indented(state, row, column)
          : column.cell(row)
      )
    ),
  };
}

/** Returns a group of a tree that is closed with what is below it. */
function summed(state: ScreenState, row: unknown): unknown {
  if (!isTree(state) || !isActor(row) || row.below === null) return row;
  if (state.open.includes(row.path)) return row;
  const { below } = row;
  return {
    ...row,
    mailboxMessages: row.mailboxMessages + below.mailboxMessages,
    oldestMs: greater(row.oldestMs, below.oldestMs),
    perSecond: added(row.perSecond, below.perSecond),
    busyShare: added(row.busyShare, below.busyShare),
    restarts: row.restarts + below.restarts,
    deadLetters: row.deadLetters + below.deadLetters,
  } satisfies ActorRow;
}

function greater(a: number | null, b: number | null): number | null {
  return a === null || b === null ? a ?? b : Math.max(a, b);
}

function added(a: number | null, b: number | null): number | null {
  return a === null || b === null ? a ?? b : a + b;
}

/** Returns the name of an actor, at its place in the tree. */
function indented(
  state: ScreenState,
  row: unknown,
  column: Column<unknown>,
): string {
  const path = column.cell(row);
  if (!isTree(state) || !isActor(row)) return path;
  const mark = row.children === 0
    ? "  "
    : state.open.includes(row.path)
    ? "▾ "
    : "▸ ";
  return `${"  ".repeat(row.depth)}${mark}${
    path.slice(path.lastIndexOf("/") + 1)
  }`;
}

function isActor(row: unknown): row is ActorRow {
  return typeof row === "object" && row !== null && "depth" in row;
}

function detailLines({ data, detail, refusal }: ScreenState): string[] {
  const path = bold(text(detail ?? ""));
  if (refusal !== undefined) return [path, text(refusal)];
  if (data?.type !== "actor") return [path, "…"];
  const { actor, inspection, deadLetters } = data;
  if (actor === null) return [path, "There is no such actor any more."];
  const { stopped, refused, dropped } = deadLetters;
  return [
    path,
    joined([
      actor.state,
      `${count(actor.mailboxMessages)} waiting`,
      actor.oldestMs === null ? "" : `oldest ${age(actor.oldestMs)}`,
      `${count(actor.processed)} handled`,
      actor.perSecond === null ? "" : `${rate(actor.perSecond)} msg/s`,
      `${count(actor.restarts)} restarts`,
      `${count(actor.children)} children`,
    ]),
    `dead letters while watched: ${count(stopped)} stopped, ${
      count(refused)
    } refused, ${count(dropped)} dropped`,
    `last failure: ${text(actor.lastFailure ?? "none")}`,
    "",
    ...(inspection.type === "none"
      ? [dim("Its handler has no inspect(), so its state is not shown.")]
      : inspection.type === "failed"
      ? [red(`inspect() failed: ${text(inspection.error)}`)]
      : inspection.json.split("\n").map(text)),
  ];
}

/** Cuts a line off, whatever colours are in it. */
function clipped(line: string, columns: number): string {
  let width = 0;
  let shown = "";
  for (let rest = line; rest !== "";) {
    const colour = rest.startsWith("\x1b[") ? rest.indexOf("m") + 1 : 0;
    const [character = ""] = rest;
    const taken = colour > 0 ? rest.slice(0, colour) : character;
    rest = rest.slice(taken.length);
    if (colour === 0 && ++width > columns) continue;
    shown += taken;
  }
  return shown;
}
