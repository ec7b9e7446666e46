/**
 * What is sent about actors, connections and terminals: the questions, and the
 * data that comes back. `docs/watch.md` says how they travel.
 *
 * @module
 */

/** The kinds of views that may be asked for. */
export type WatchKind =
  | "overview"
  | "actors"
  | "actor"
  | "dead_letters"
  | "sessions"
  | "streams"
  | "terminals";

/** What `GET watch` returns: the view as it is now. It stays live for a while. */
export interface WatchReply {
  /** The id of the view, which its events have. */
  readonly view: string;
  /** Milliseconds after which to ask again: it ends after three times as many. */
  readonly renewMs: number;
  /** The view as it is now. */
  readonly data: WatchData;
}

/** The data of an event `watch`: a view has changed. It has no event id. */
export interface WatchEvent {
  /** The id of the view. */
  readonly view: string;
  /** All of the view, as it is now. */
  readonly data: WatchData;
}

/** The data of a view; its type is the kind that was asked for. */
export type WatchData =
  | WatchedOverview
  | WatchedActors
  | WatchedActor
  | WatchedDeadLetters
  | WatchedSessions
  | WatchedStreams
  | WatchedTerminals;

/** A part of a sorted list: the rows from `offset` on. */
export interface WatchedRows<Row> {
  /** Number of rows that match, of which `rows` are a part. */
  readonly matching: number;
  /** Index of the first of `rows` among them. */
  readonly offset: number;
  /** The rows that were asked for. */
  readonly rows: readonly Row[];
}

/** What there is; `null` where the program does not offer it. */
export interface WatchedOverview {
  readonly type: "overview";
  readonly actors: ActorsSummary | null;
  readonly sessions: SessionsSummary | null;
  readonly terminals: TerminalsSummary | null;
}

/** Sums over all actors. */
export interface ActorsSummary {
  /** Number of actors, without the root of the tree. */
  readonly actors: number;
  /** Whether there are more, which are not shown. */
  readonly isTruncated: boolean;
  /** Number of actors by state. */
  readonly states: Readonly<Record<WatchedState, number>>;
  readonly mailboxMessages: number;
  /** Milliseconds for which the oldest message of all waits; `null` if none. */
  readonly oldestMs: number | null;
  readonly restarts: number;
  /** Messages per second; `null` before the second look. */
  readonly perSecond: number | null;
  /** Dead letters by their reason, since the system was started. */
  readonly deadLetters: DeadLetterCounts;
  /** Milliseconds of the clock between two looks at all actors. */
  readonly intervalMs: number;
}

/** Numbers of dead letters, by their reason. */
export interface DeadLetterCounts {
  readonly stopped: number;
  readonly refused: number;
  readonly dropped: number;
}

/** Where an actor is in its life; see `ActorState`. */
export type WatchedState =
  | "starting"
  | "running"
  | "stopping"
  | "waiting"
  | "stopped";

/** Actors, as a list or as a tree. */
export interface WatchedActors extends WatchedRows<ActorRow> {
  readonly type: "actors";
}

/** One actor. */
export interface ActorRow {
  readonly path: string;
  /** Levels below the top of the tree: 0 for those of `system.spawn`. */
  readonly depth: number;
  readonly state: WatchedState;
  readonly mailboxMessages: number;
  /** Bytes in the mailbox; 0 unless it is bounded in bytes. */
  readonly mailboxBytes: number;
  /**
   * Milliseconds for which the oldest message waits at least, exact to one look;
   * `null` if none waits.
   */
  readonly oldestMs: number | null;
  /** Messages handled so far, over all lives. */
  readonly processed: number;
  /** Messages handled per second; `null` before the second look. */
  readonly perSecond: number | null;
  /**
   * Share of the time in which its handlers held the thread, from 0 to 1; `null`
   * unless the system has `measureBusyTime`.
   */
  readonly busyShare: number | null;
  readonly restarts: number;
  /** Name and message of what its behaviour threw last; `null` if nothing. */
  readonly lastFailure: string | null;
  /** Dead letters to it since the watching began. */
  readonly deadLetters: number;
  /** Number of its children. */
  readonly children: number;
  /** Sums over all actors below it; `null` if it has no children. */
  readonly below: ActorSums | null;
}

/** Sums over the actors below one. */
export interface ActorSums {
  readonly actors: number;
  readonly mailboxMessages: number;
  readonly oldestMs: number | null;
  readonly perSecond: number | null;
  readonly busyShare: number | null;
  readonly restarts: number;
  readonly deadLetters: number;
}

/** One actor and, if its author has opted in, its state. */
export interface WatchedActor {
  readonly type: "actor";
  /** `null` if there is no such actor (any more). */
  readonly actor: ActorRow | null;
  /** Dead letters to it since the watching began. */
  readonly deadLetters: DeadLetterCounts;
  /** What the `inspect` of its handler returns. */
  readonly inspection: ActorInspection;
}

/** What the handler of an actor says of its state. */
export type ActorInspection =
  /** The handler has no `inspect`, or there is no handler now. */
  | { readonly type: "none" }
  /** As JSON, indented; what is too long or too deep is cut off. */
  | {
    readonly type: "state";
    readonly json: string;
    readonly isTruncated: boolean;
  }
  /** It has thrown, or returned what is no JSON. */
  | { readonly type: "failed"; readonly error: string };

/** Who did not get messages, since the watching began; most first. */
export interface WatchedDeadLetters extends WatchedRows<DeadLetterRow> {
  readonly type: "dead_letters";
}

/** Dead letters to one path for one reason. */
export interface DeadLetterRow {
  readonly path: string;
  readonly reason: keyof DeadLetterCounts;
  readonly count: number;
  /** The path of the last sender; `null` if it is not known. */
  readonly sender: string | null;
  /** Milliseconds since the last one. */
  readonly agoMs: number;
}

/** Sums over all sessions. */
export interface SessionsSummary {
  readonly sessions: number;
  readonly streams: number;
  /** Sessions that wait for another socket. */
  readonly resuming: number;
  /** Streams that wait for anything, see {@linkcode StreamWait}. */
  readonly waiting: number;
}

/** Sessions with other processes. */
export interface WatchedSessions extends WatchedRows<SessionRow> {
  readonly type: "sessions";
}

/** One session. */
export interface SessionRow {
  /** A number that no other session of this process has. */
  readonly id: number;
  /** Whether this process has dialled, or the other one. */
  readonly side: "dialler" | "listener";
  /** Address of the other side, such as `127.0.0.1:4000`. */
  readonly remote: string;
  /** Who the other side is; `null` if it did not say so. */
  readonly identity: string | null;
  readonly phase: "connecting" | "connected" | "resuming" | "lost" | "closed";
  /** Smoothed round trip; `null` before the first. */
  readonly roundTripMs: number | null;
  /** Sockets that have taken the place of a lost one. */
  readonly resumes: number;
  /** Number of logical connections. */
  readonly streams: number;
  /** Of these, those that wait for anything. */
  readonly waiting: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Bytes that wait for the socket. */
  readonly unsentBytes: number;
  /** Bytes that the other side has not acknowledged, those of above included. */
  readonly unacknowledgedBytes: number;
  /** Whether its writer waits for the socket, or for another socket. */
  readonly waitsFor: "socket" | "resume" | null;
}

/** What a stream waits for. */
export type StreamWait =
  /** The peer has to accept it. */
  | "accept"
  /** The peer has to read: it has given no more credit. */
  | "credit"
  /** The socket has to take what was written before. */
  | "socket"
  /** This process has to read: the peer has no credit left. */
  | "reader";

/** A view of the logical connections of all sessions. */
export interface WatchedStreams extends WatchedRows<StreamRow> {
  readonly type: "streams";
}

/** One logical connection. */
export interface StreamRow {
  /** The number of its session. */
  readonly session: number;
  /** Its number in the session. */
  readonly stream: number;
  /** The id that was given when it was opened; may be empty. */
  readonly id: string;
  readonly remote: string;
  readonly side: "ours" | "theirs";
  readonly priority: "high" | "normal" | "low";
  /** Bytes that may be sent before the peer has to read. */
  readonly creditBytes: number;
  /** Sends that wait. */
  readonly waitingSends: number;
  /** Bytes that have arrived and were not read. */
  readonly unreadBytes: number;
  /** Whether a read is pending. */
  readonly isReading: boolean;
  readonly waitsFor: StreamWait | null;
}

/** Sums over all terminals. */
export interface TerminalsSummary {
  readonly terminals: number;
  readonly viewers: number;
  readonly paused: number;
}

/** Sessions of terminal servers. */
export interface WatchedTerminals extends WatchedRows<TerminalRow> {
  readonly type: "terminals";
}

/** One terminal. */
export interface TerminalRow {
  readonly id: string;
  /** Name of the command, without arguments. */
  readonly command: string;
  readonly ageMs: number;
  readonly columns: number;
  readonly rows: number;
  /** Viewers that may type. */
  readonly controllers: number;
  /** Viewers that may not. */
  readonly viewers: number;
  /** Bytes of output so far. */
  readonly outputBytes: number;
  /** Bytes of input that the program has not taken. */
  readonly waitingBytes: number;
  /** Whether its output is paused because a viewer reads slowly. */
  readonly isPaused: boolean;
  /** How the program has ended, such as `code 0`; `null` while it runs. */
  readonly ended: string | null;
}

/** The columns by which each list is sorted. */
export const WATCH_SORTS = {
  actors: [
    "tree",
    "path",
    "state",
    "mailbox",
    "oldest",
    "processed",
    "rate",
    "busy",
    "restarts",
    "failure",
    "dead_letters",
  ],
  sessions: [
    "id",
    "remote",
    "phase",
    "round_trip",
    "resumes",
    "streams",
    "waiting",
    "unsent",
    "unacknowledged",
    "received",
    "sent",
  ],
  streams: ["session", "id", "waits", "credit", "sends", "unread"],
  terminals: ["id", "command", "age", "viewers", "output", "waiting"],
  dead_letters: ["count", "path", "recent"],
} as const;

/** The criteria of a load test as they stand, in the `load` events. */
export interface LoadCriterionState {
  /** The criterion as it was written, such as `p99 < 250ms`. */
  readonly text: string;
  /** The value so far, with its unit; `null` if there is none yet. */
  readonly value: string | null;
  /** Whether it holds so far; `null` if that cannot be said yet. */
  readonly holds: boolean | null;
}
