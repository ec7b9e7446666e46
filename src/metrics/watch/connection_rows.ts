/**
 * The rows of sessions and of their streams.
 *
 * @module
 */
import type { SessionSnapshot, StreamSnapshot } from "../../session/mod.ts";
import { rounded } from "./actor_rows.ts";
import type {
  SessionRow,
  SessionsSummary,
  StreamRow,
  WatchedSessions,
  WatchedStreams,
} from "./protocol.ts";
import type { WatchQuery } from "./query.ts";
import { selectRows, type SortKey } from "./select.ts";

const SESSION_KEYS: Readonly<
  Record<string, (session: SessionSnapshot) => SortKey>
> = {
  id: ({ id }) => id,
  remote: ({ remote }) => remoteText(remote),
  phase: ({ phase }) => phase,
  round_trip: ({ roundTripMs }) => roundTripMs || null,
  resumes: ({ resumes }) => resumes,
  streams: ({ streams }) => streams.length,
  waiting: waitingIn,
  unsent: ({ unsentBytes }) => unsentBytes,
  unacknowledged: ({ unacknowledgedBytes }) => unacknowledgedBytes,
  received: ({ receivedBytes }) => receivedBytes,
  sent: ({ sentBytes }) => sentBytes,
};

/** A stream with its session. */
interface Placed {
  readonly session: SessionSnapshot;
  readonly stream: StreamSnapshot;
}

const STREAM_KEYS: Readonly<Record<string, (placed: Placed) => SortKey>> = {
  session: ({ session }) => session.id,
  id: ({ stream }) => stream.id,
  waits: ({ stream }) => stream.waitsFor ?? null,
  credit: ({ stream }) => stream.creditBytes,
  sends: ({ stream }) => stream.waitingSends,
  unread: ({ stream }) => stream.unreadBytes,
};

/** Returns the sessions that a view asks for. */
export function sessionRows(
  sessions: readonly SessionSnapshot[],
  query: WatchQuery,
): WatchedSessions {
  const { filter, sort } = query;
  const rows = selectRows(sessions, query, {
    matches: ({ remote, identity = "" }) =>
      filter === "" || remoteText(remote).toLowerCase().includes(filter) ||
      identity.toLowerCase().includes(filter),
    keyOf: SESSION_KEYS[sort] ?? (() => 0),
    rowOf: sessionRow,
  });
  return { type: "sessions", ...rows };
}

/** Returns the logical connections that a view asks for. */
export function streamRows(
  sessions: readonly SessionSnapshot[],
  query: WatchQuery,
): WatchedStreams {
  const { filter, sort } = query;
  const wanted = query.session;
  const placed = sessions.values()
    .filter(({ id }) => wanted === undefined || id === wanted)
    .flatMap((session) =>
      session.streams.values().map((stream) => ({ session, stream }))
    );
  const rows = selectRows(placed, query, {
    matches: ({ session, stream }) =>
      filter === "" || stream.id.toLowerCase().includes(filter) ||
      remoteText(session.remote).toLowerCase().includes(filter),
    keyOf: STREAM_KEYS[sort] ?? (() => 0),
    rowOf: streamRow,
  });
  return { type: "streams", ...rows };
}

/** Returns the sums over all sessions. */
export function sessionsSummary(
  sessions: readonly SessionSnapshot[],
): SessionsSummary {
  let streams = 0;
  let resuming = 0;
  let waiting = 0;
  for (const session of sessions) {
    streams += session.streams.length;
    if (session.phase === "resuming") resuming++;
    waiting += waitingIn(session);
  }
  return { sessions: sessions.length, streams, resuming, waiting };
}

function waitingIn({ streams }: SessionSnapshot): number {
  let waiting = 0;
  for (const { waitsFor } of streams) if (waitsFor !== undefined) waiting++;
  return waiting;
}

function sessionRow(session: SessionSnapshot): SessionRow {
  const { id, side, remote, identity, phase, roundTripMs, resumes } = session;
  const { receivedBytes, sentBytes, unsentBytes } = session;
  return {
    id,
    side,
    remote: remoteText(remote),
    identity: identity ?? null,
    phase,
    roundTripMs: rounded(roundTripMs || null, 100),
    resumes,
    streams: session.streams.length,
    waiting: waitingIn(session),
    receivedBytes,
    sentBytes,
    unsentBytes,
    unacknowledgedBytes: session.unacknowledgedBytes,
    waitsFor: session.waitsFor ?? null,
  };
}

function streamRow({ session, stream }: Placed): StreamRow {
  return {
    ...stream,
    session: session.id,
    remote: remoteText(session.remote),
    waitsFor: stream.waitsFor ?? null,
  };
}

function remoteText({ hostname, port }: SessionSnapshot["remote"]): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}
