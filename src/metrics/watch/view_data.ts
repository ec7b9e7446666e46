/**
 * What a view shows, out of what the last look has found.
 *
 * @module
 */
import { ActorSum, type ActorTable } from "../../actor/internal.ts";
import { actorDetail } from "./actor_detail.ts";
import { actorRows, actorsSummary } from "./actor_rows.ts";
import { sessionRows, sessionsSummary, streamRows } from "./connection_rows.ts";
import { deadLetterRows } from "./dead_letter_rows.ts";
import type { Found, Part } from "./looks.ts";
import type { WatchData, WatchKind } from "./protocol.ts";
import type { WatchQuery } from "./query.ts";
import { terminalRows, terminalsSummary } from "./terminal_rows.ts";

/** The parts that a kind of view shows. */
export const PARTS: Readonly<Record<WatchKind, readonly Part[]>> = {
  overview: ["actors", "sessions", "terminals"],
  actors: ["actors"],
  actor: ["actors"],
  dead_letters: ["actors"],
  sessions: ["sessions"],
  streams: ["sessions"],
  terminals: ["terminals"],
};

const NO_ACTORS: ActorTable = {
  entries: [],
  isTruncated: false,
  states: { starting: 0, running: 0, stopping: 0, waiting: 0, stopped: 0 },
  sum: new ActorSum(),
  deadLetters: { stopped: 0, refused: 0, dropped: 0 },
  tallies: new Map(),
  atMs: 0,
};

/** Returns the data of a view. */
export function viewData(
  query: WatchQuery,
  found: Found,
  intervalMs: number,
): WatchData {
  const { actors = NO_ACTORS, sessions = [], terminals = [] } = found;
  switch (query.kind) {
    case "overview":
      return {
        type: "overview",
        actors: found.actors ? actorsSummary(actors, intervalMs) : null,
        sessions: found.sessions ? sessionsSummary(sessions) : null,
        terminals: found.terminals ? terminalsSummary(terminals) : null,
      };
    case "actors":
      return actorRows(actors, query);
    case "actor":
      return actorDetail(actors, query.path);
    case "dead_letters":
      return deadLetterRows(actors, query);
    case "sessions":
      return sessionRows(sessions, query);
    case "streams":
      return streamRows(sessions, query);
    case "terminals":
      return terminalRows(terminals, query);
    default:
      return query.kind satisfies never;
  }
}
