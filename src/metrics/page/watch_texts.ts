/**
 * What is said about actors, connections and terminals.
 *
 * @module
 */
import type {
  ActorRow,
  ActorsSummary,
  SessionRow,
  SessionsSummary,
  StreamRow,
  TerminalsSummary,
  WatchedState,
} from "../watch/protocol.ts";
import { counted } from "../watch/counted.ts";
import type { Cell } from "./column.ts";
import { countText, durationText } from "../watch/format.ts";

const TONES: Readonly<Record<WatchedState, Cell["tone"]>> = {
  starting: "busy",
  running: "good",
  stopping: "busy",
  waiting: "bad",
  stopped: "none",
};

/** Returns a state with its tone; `waiting` is for a restart. */
export function stateCell(state: WatchedState): Cell {
  const text = state === "waiting" ? "restarting" : state;
  return { text, tone: TONES[state] ?? "none" };
}

/** Returns the last name of a path. */
export function nameOf({ path }: Pick<ActorRow, "path">): string {
  return path.slice(path.lastIndexOf("/") + 1) || path;
}

/** Returns what all actors come to, in one line. */
export function actorsText(summary: ActorsSummary): string {
  const { actors, isTruncated, states, deadLetters: dead } = summary;
  const others = Object.entries(states)
    .filter(([state, count]) => state !== "running" && count > 0)
    .map(([state, count]) => `${countText(count)} ${state}`);
  const letters = Object.entries(dead).filter(([, count]) => count > 0)
    .map(([reason, count]) => `${countText(count)} ${reason}`);
  return [
    isTruncated
      ? `${countText(actors)} and more actors`
      : counted(actors, "actor"),
    ...others,
    `${countText(summary.mailboxMessages)} in mailboxes`,
    ...summary.oldestMs === null
      ? []
      : [`the oldest waits for ${durationText(summary.oldestMs)}`],
    ...summary.perSecond === null
      ? []
      : [`${countText(Math.round(summary.perSecond))} messages/s`],
    counted(summary.restarts, "restart"),
    letters.length === 0
      ? "no dead letters"
      : `dead letters: ${letters.join(", ")}`,
  ].join(" · ");
}

/** Returns what all sessions come to, in one line. */
export function sessionsText(summary: SessionsSummary): string {
  return [
    counted(summary.sessions, "session"),
    counted(summary.streams, "stream"),
    `${countText(summary.resuming)} resuming`,
    `${countText(summary.waiting)} streams wait`,
  ].join(" · ");
}

/** Returns what all terminals come to, in one line. */
export function terminalsText(summary: TerminalsSummary): string {
  return [
    counted(summary.terminals, "terminal"),
    counted(summary.viewers, "viewer"),
    `${countText(summary.paused)} paused`,
  ].join(" · ");
}

/** Who waits for whom in a stream. */
export function streamWaitText({ waitsFor }: StreamRow): Cell {
  switch (waitsFor) {
    case null:
      return { text: "–" };
    case "accept":
      return { text: "we, for the peer to accept", tone: "busy" };
    case "credit":
      return { text: "we, for the peer to read", tone: "bad" };
    case "socket":
      return { text: "we, for the socket", tone: "busy" };
    case "reader":
      return { text: "the peer, for us to read", tone: "bad" };
    default:
      return waitsFor satisfies never;
  }
}

/** What the writer of a session waits for. */
export function sessionWaitText({ waitsFor }: SessionRow): Cell {
  switch (waitsFor) {
    case null:
      return { text: "–" };
    case "socket":
      return { text: "we, for the socket", tone: "busy" };
    case "resume":
      return { text: "we, for another socket", tone: "bad" };
    default:
      return waitsFor satisfies never;
  }
}
