/**
 * Looks at a session: what each part of it waits for.
 *
 * @module
 */
import type { PriorityClass } from "./logical_connection.ts";
import type { Session } from "./session.ts";
import type { SessionSnapshot, StreamSnapshot } from "./session_snapshot.ts";
import type { Stream } from "./stream.ts";
import { Priority } from "./wire/protocol.ts";

const CLASSES: Readonly<Record<Priority, PriorityClass>> = {
  [Priority.HIGH]: "high",
  [Priority.NORMAL]: "normal",
  [Priority.LOW]: "low",
};

/** Numbers that were given to sessions when they were first looked at. */
const ids = new WeakMap<Session, number>();
let lastId = 0;

function idOf(session: Session): number {
  const id = ids.get(session) ?? ++lastId;
  ids.set(session, id);
  return id;
}

/** Returns a session as it is now. */
export function inspectSession(session: Session): SessionSnapshot {
  const { parts, remote, identity } = session;
  const { output, table, phase, roundTripMs } = parts;
  const { buffer } = output;
  const { unsent, unacknowledged } = buffer;
  const hasRoom = output.hasRoom();
  return {
    id: idOf(session),
    side: table.side,
    remote,
    identity,
    phase,
    roundTripMs,
    resumes: Math.max(0, output.sockets - 1),
    receivedBytes: session.received,
    sentBytes: buffer.end - unsent,
    unsentBytes: unsent,
    unacknowledgedBytes: unacknowledged,
    waitsFor: unsent === 0
      ? undefined
      : output.link === undefined
      ? "resume"
      : "socket",
    streams: table.entries().map(([number, stream]) =>
      inspectStream(stream, number, table.isPeers(number), hasRoom)
    ),
  };
}

function inspectStream(
  connection: Stream,
  stream: number,
  isPeers: boolean,
  hasRoom: boolean,
): StreamSnapshot {
  const { id, waiting } = connection;
  const { isAccepted, priority, backlog, unread } = waiting;
  return {
    stream,
    id,
    side: isPeers ? "theirs" : "ours",
    priority: CLASSES[priority],
    creditBytes: Math.max(0, backlog.credit),
    waitingSends: backlog.sends,
    unreadBytes: unread.bytes,
    isReading: unread.isReading,
    waitsFor: waitsFor({
      isAccepted,
      sends: backlog.sends,
      hasRoom,
      unreadBytes: unread.bytes,
      peersCredit: unread.credit,
    }),
  };
}

/** What there is to know of a stream to say what it waits for. */
export interface StreamFacts {
  /** Whether the other side has accepted it, or this side has. */
  readonly isAccepted: boolean;
  /** Sends that wait. */
  readonly sends: number;
  /** Whether the session has room for another frame. */
  readonly hasRoom: boolean;
  /** Bytes that were not read here. */
  readonly unreadBytes: number;
  /** Payload bytes that the other side may send; negative if none. */
  readonly peersCredit: number;
}

/**
 * Returns what a stream waits for. What waits while the session has room has no
 * credit, or it would have gone.
 */
export function waitsFor(facts: StreamFacts): StreamSnapshot["waitsFor"] {
  if (facts.sends > 0) {
    if (!facts.hasRoom) return "socket";
    return facts.isAccepted ? "credit" : "accept";
  }
  // A sender that has credit for a byte only waits with any larger message.
  const isHeld = facts.unreadBytes > 0 && facts.peersCredit <= 0;
  return isHeld ? "reader" : undefined;
}
