/**
 * The lists that are shown, and their columns.
 *
 * @module
 */
import type {
  ActorRow,
  DeadLetterRow,
  SessionRow,
  StreamRow,
  TerminalRow,
} from "../watch/protocol.ts";
import { count } from "../watch/counted.ts";
import { age, bytes, percent, rate, text } from "./texts.ts";

/** A column of a list. */
export interface Column<Row> {
  readonly title: string;
  /** The name by which the list is sorted by it, if it can be. */
  readonly sort?: string;
  /** Characters; the one without a width has what is left. */
  readonly width?: number;
  readonly cell: (row: Row) => string;
  /** Whether it is text, which begins at the left. */
  readonly isText?: boolean;
}

/** An instrument of the application, as a row. */
export interface InstrumentRow {
  readonly name: string;
  readonly labels: string;
  readonly type: string;
  readonly value: string;
}

/** The rows of each list. */
export interface RowsOf {
  actors: ActorRow;
  sessions: SessionRow;
  streams: StreamRow;
  terminals: TerminalRow;
  dead_letters: DeadLetterRow;
  instruments: InstrumentRow;
}

/** The name of a list. */
export type ListName = keyof RowsOf;

const wide = { isText: true } as const;

const ACTORS: readonly Column<ActorRow>[] = [
  {
    title: "actor",
    sort: "path",
    cell: ({ path }) => text(path),
    ...wide,
  },
  {
    title: "state",
    sort: "state",
    width: 8,
    cell: ({ state }) => state,
    ...wide,
  },
  {
    title: "waiting",
    sort: "mailbox",
    width: 8,
    cell: (row) => count(row.mailboxMessages),
  },
  {
    title: "oldest",
    sort: "oldest",
    width: 7,
    cell: (row) => age(row.oldestMs),
  },
  {
    title: "msg/s",
    sort: "rate",
    width: 8,
    cell: (row) => rate(row.perSecond),
  },
  {
    title: "handled",
    sort: "processed",
    width: 8,
    cell: (row) => count(row.processed),
  },
  {
    title: "busy",
    sort: "busy",
    width: 5,
    cell: (row) => percent(row.busyShare),
  },
  {
    title: "restarts",
    sort: "restarts",
    width: 8,
    cell: (row) => count(row.restarts),
  },
  {
    title: "dead",
    sort: "dead_letters",
    width: 6,
    cell: (row) => count(row.deadLetters),
  },
  {
    title: "below",
    width: 7,
    cell: ({ below }) => below === null ? "" : count(below.actors),
  },
  {
    title: "last failure",
    sort: "failure",
    width: 24,
    cell: ({ lastFailure }) => text(lastFailure ?? ""),
    ...wide,
  },
];

const SESSIONS: readonly Column<SessionRow>[] = [
  { title: "session", sort: "id", width: 7, cell: ({ id }) => String(id) },
  {
    title: "with",
    sort: "remote",
    cell: ({ remote, identity }) =>
      text(identity === null ? remote : `${remote} ${identity}`),
    ...wide,
  },
  { title: "side", width: 8, cell: ({ side }) => side, ...wide },
  {
    title: "phase",
    sort: "phase",
    width: 10,
    cell: ({ phase }) => phase,
    ...wide,
  },
  {
    title: "rtt ms",
    sort: "round_trip",
    width: 7,
    cell: ({ roundTripMs }) => roundTripMs === null ? "" : String(roundTripMs),
  },
  {
    title: "resumes",
    sort: "resumes",
    width: 7,
    cell: ({ resumes }) => count(resumes),
  },
  {
    title: "streams",
    sort: "streams",
    width: 7,
    cell: ({ streams }) => count(streams),
  },
  {
    title: "waiting",
    sort: "waiting",
    width: 7,
    cell: ({ waiting }) => count(waiting),
  },
  {
    title: "received",
    sort: "received",
    width: 9,
    cell: ({ receivedBytes }) => bytes(receivedBytes),
  },
  {
    title: "sent",
    sort: "sent",
    width: 9,
    cell: ({ sentBytes }) => bytes(sentBytes),
  },
  {
    title: "unsent",
    sort: "unsent",
    width: 9,
    cell: ({ unsentBytes }) => bytes(unsentBytes),
  },
  {
    title: "no ack",
    sort: "unacknowledged",
    width: 9,
    cell: ({ unacknowledgedBytes }) => bytes(unacknowledgedBytes),
  },
  {
    title: "waits for",
    width: 9,
    cell: ({ waitsFor }) => waitsFor ?? "",
    ...wide,
  },
];

const STREAMS: readonly Column<StreamRow>[] = [
  {
    title: "session",
    sort: "session",
    width: 7,
    cell: ({ session }) => String(session),
  },
  { title: "stream", width: 7, cell: ({ stream }) => String(stream) },
  { title: "id", sort: "id", cell: ({ id }) => text(id), ...wide },
  { title: "with", width: 22, cell: ({ remote }) => text(remote), ...wide },
  { title: "opened", width: 6, cell: ({ side }) => side, ...wide },
  { title: "class", width: 6, cell: ({ priority }) => priority, ...wide },
  {
    title: "credit",
    sort: "credit",
    width: 9,
    cell: ({ creditBytes }) => bytes(creditBytes),
  },
  {
    title: "sends",
    sort: "sends",
    width: 6,
    cell: ({ waitingSends }) => count(waitingSends),
  },
  {
    title: "unread",
    sort: "unread",
    width: 9,
    cell: ({ unreadBytes }) => bytes(unreadBytes),
  },
  {
    title: "waits for",
    sort: "waits",
    width: 9,
    cell: ({ waitsFor }) => waitsFor ?? "",
    ...wide,
  },
];

const TERMINALS: readonly Column<TerminalRow>[] = [
  { title: "id", sort: "id", cell: ({ id }) => text(id), ...wide },
  {
    title: "command",
    sort: "command",
    width: 14,
    cell: ({ command }) => text(command),
    ...wide,
  },
  { title: "age", sort: "age", width: 7, cell: ({ ageMs }) => age(ageMs) },
  {
    title: "size",
    width: 9,
    cell: ({ columns, rows }) => `${columns}×${rows}`,
  },
  {
    title: "type",
    sort: "viewers",
    width: 5,
    cell: ({ controllers }) => count(controllers),
  },
  { title: "view", width: 5, cell: ({ viewers }) => count(viewers) },
  {
    title: "output",
    sort: "output",
    width: 9,
    cell: ({ outputBytes }) => bytes(outputBytes),
  },
  {
    title: "input",
    sort: "waiting",
    width: 9,
    cell: ({ waitingBytes }) => bytes(waitingBytes),
  },
  {
    title: "state",
    width: 10,
    cell: ({ isPaused, ended }) => text(ended ?? (isPaused ? "paused" : "")),
    ...wide,
  },
];

const DEAD_LETTERS: readonly Column<DeadLetterRow>[] = [
  { title: "to", sort: "path", cell: ({ path }) => text(path), ...wide },
  { title: "reason", width: 8, cell: ({ reason }) => reason, ...wide },
  {
    title: "count",
    sort: "count",
    width: 8,
    cell: ({ count: number }) => count(number),
  },
  {
    title: "last",
    sort: "recent",
    width: 7,
    cell: ({ agoMs }) => age(agoMs),
  },
  {
    title: "last sender",
    width: 30,
    cell: ({ sender }) => text(sender ?? ""),
    ...wide,
  },
];

const INSTRUMENTS: readonly Column<InstrumentRow>[] = [
  { title: "instrument", width: 32, cell: ({ name }) => text(name), ...wide },
  { title: "labels", cell: ({ labels }) => text(labels), ...wide },
  { title: "type", width: 9, cell: ({ type }) => type, ...wide },
  { title: "value", width: 34, cell: ({ value }) => value, ...wide },
];

/** The columns of each list, in the order in which keys choose the lists. */
export const LISTS: {
  readonly [Name in ListName]: readonly Column<RowsOf[Name]>[];
} = {
  actors: ACTORS,
  sessions: SESSIONS,
  streams: STREAMS,
  terminals: TERMINALS,
  dead_letters: DEAD_LETTERS,
  instruments: INSTRUMENTS,
};
