/**
 * The columns of the tables of actors, connections and terminals.
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
import type { Cell, Column } from "./column.ts";
import {
  countText,
  durationText,
  percentText,
  valueText,
} from "../watch/format.ts";
import {
  nameOf,
  sessionWaitText,
  stateCell,
  streamWaitText,
} from "./watch_texts.ts";

const number = { isNumber: true, width: "number" } as const;

/** A number, and the sum of those below it. */
function withBelow(own: number, below: number | undefined): Cell {
  return below === undefined || below === 0
    ? { text: countText(own) }
    : { text: countText(own), aside: `+${countText(below)}` };
}

/** The columns of actors; in a tree, names stand for paths. */
export function actorColumns(isTree: () => boolean): Column<ActorRow>[] {
  return [
    {
      sort: "path",
      title: "Actor",
      width: "name",
      cell: (row) => ({
        text: isTree() ? nameOf(row) : row.path,
        ...isTree() && row.below !== null
          ? { aside: `(${countText(row.below.actors)} below)` }
          : {},
      }),
    },
    {
      sort: "state",
      title: "State",
      width: "word",
      cell: ({ state }) => stateCell(state),
    },
    {
      ...number,
      sort: "mailbox",
      title: "Mailbox",
      hint: "Messages that wait; + those of all actors below",
      cell: ({ mailboxMessages, below }) =>
        withBelow(mailboxMessages, below?.mailboxMessages),
    },
    {
      ...number,
      sort: "oldest",
      title: "Oldest",
      hint: "How long the oldest message waits, of its own and of those below",
      cell: ({ oldestMs, below }) => {
        const ms = Math.max(oldestMs ?? -1, below?.oldestMs ?? -1);
        return durationText(ms < 0 ? null : ms);
      },
    },
    {
      ...number,
      sort: "rate",
      title: "Per second",
      hint: "Messages handled per second; + those of all actors below",
      cell: ({ perSecond, below }) => {
        const others = below?.perSecond ?? 0;
        const text = valueText(perSecond, "/s");
        return others === 0
          ? { text }
          : { text, aside: `+${valueText(others, "/s")}` };
      },
    },
    {
      ...number,
      sort: "busy",
      title: "Busy",
      hint: "Share of the time in which its handlers held the thread",
      cell: ({ busyShare }) => percentText(busyShare),
    },
    {
      ...number,
      sort: "processed",
      title: "Handled",
      cell: ({ processed }) => countText(processed),
    },
    {
      ...number,
      sort: "restarts",
      title: "Restarts",
      cell: ({ restarts, below }) => withBelow(restarts, below?.restarts),
    },
    {
      isNumber: true,
      width: "word",
      sort: "dead_letters",
      title: "Dead letters",
      hint: "Since the watching began",
      cell: ({ deadLetters, below }) =>
        withBelow(deadLetters, below?.deadLetters),
    },
    {
      sort: "failure",
      title: "Last failure",
      width: "text",
      cell: ({ lastFailure }) =>
        lastFailure === null
          ? "–"
          : { text: lastFailure.split("\n")[0] ?? "", tone: "bad" },
    },
  ];
}

/** The columns of dead letters. */
export const DEAD_LETTER_COLUMNS: readonly Column<DeadLetterRow>[] = [
  { sort: "path", title: "To", width: "name", cell: ({ path }) => path },
  { title: "Reason", width: "word", cell: ({ reason }) => reason },
  {
    ...number,
    sort: "count",
    title: "Number",
    cell: ({ count }) => countText(count),
  },
  {
    ...number,
    sort: "recent",
    title: "Last",
    cell: ({ agoMs }) => `${durationText(agoMs)} ago`,
  },
  { title: "Last sender", width: "text", cell: ({ sender }) => sender ?? "–" },
];

/** The columns of sessions. */
export const SESSION_COLUMNS: readonly Column<SessionRow>[] = [
  {
    sort: "remote",
    title: "Session",
    width: "name",
    cell: ({ remote, identity, id }) => ({
      text: remote,
      aside: identity === null ? `#${id}` : `${identity} #${id}`,
    }),
  },
  {
    sort: "phase",
    title: "Phase",
    width: "word",
    cell: ({ phase }) => ({
      text: phase,
      tone: phase === "connected"
        ? "good"
        : phase === "connecting"
        ? "busy"
        : phase === "closed"
        ? "none"
        : "bad",
    }),
  },
  { title: "Who waits", width: "text", cell: sessionWaitText },
  {
    title: "Opened by",
    width: "word",
    cell: ({ side }) => side === "dialler" ? "us" : "them",
  },
  {
    ...number,
    sort: "round_trip",
    title: "Round trip",
    cell: ({ roundTripMs }) => durationText(roundTripMs),
  },
  {
    ...number,
    sort: "resumes",
    title: "Resumes",
    cell: ({ resumes }) => countText(resumes),
  },
  {
    ...number,
    sort: "streams",
    title: "Streams",
    cell: ({ streams }) => countText(streams),
  },
  {
    ...number,
    sort: "waiting",
    title: "Wait",
    hint: "Streams that wait for anything",
    cell: ({ waiting }) => ({
      text: countText(waiting),
      tone: waiting > 0 ? "bad" : "none",
    }),
  },
  {
    ...number,
    sort: "unsent",
    title: "Unsent",
    cell: ({ unsentBytes }) => valueText(unsentBytes, "bytes"),
  },
  {
    ...number,
    sort: "unacknowledged",
    title: "Not acked",
    cell: ({ unacknowledgedBytes }) => valueText(unacknowledgedBytes, "bytes"),
  },
  {
    ...number,
    sort: "received",
    title: "Received",
    cell: ({ receivedBytes }) => valueText(receivedBytes, "bytes"),
  },
  {
    ...number,
    sort: "sent",
    title: "Sent",
    cell: ({ sentBytes }) => valueText(sentBytes, "bytes"),
  },
];

/** The columns of streams. */
export const STREAM_COLUMNS: readonly Column<StreamRow>[] = [
  {
    sort: "id",
    title: "Stream",
    width: "name",
    cell: ({ id, stream }) => ({
      text: id === "" ? `stream ${stream}` : id,
      aside: id === "" ? "" : `#${stream}`,
    }),
  },
  { sort: "waits", title: "Who waits", width: "text", cell: streamWaitText },
  {
    sort: "session",
    title: "Session",
    width: "text",
    cell: ({ session, remote }) => ({ text: remote, aside: `#${session}` }),
  },
  {
    ...number,
    sort: "credit",
    title: "Credit",
    hint: "Bytes that may be sent before the peer has to read",
    cell: ({ creditBytes }) => valueText(creditBytes, "bytes"),
  },
  {
    ...number,
    sort: "sends",
    title: "Sends wait",
    cell: ({ waitingSends }) => countText(waitingSends),
  },
  {
    ...number,
    sort: "unread",
    title: "Unread",
    hint: "Bytes that have arrived and were not read",
    cell: ({ unreadBytes }) => valueText(unreadBytes, "bytes"),
  },
  {
    title: "Reads",
    width: "short",
    cell: ({ isReading }) => isReading ? "yes" : "no",
  },
  {
    title: "Opened by",
    width: "word",
    cell: ({ side }) => side === "ours" ? "us" : "them",
  },
  { title: "Priority", width: "word", cell: ({ priority }) => priority },
];

/** The columns of terminals. */
export const TERMINAL_COLUMNS: readonly Column<TerminalRow>[] = [
  {
    sort: "id",
    title: "Terminal",
    width: "name",
    cell: ({ id }) => id,
  },
  {
    sort: "command",
    title: "Command",
    width: "text",
    cell: ({ command }) => command,
  },
  {
    title: "State",
    width: "word",
    cell: ({ ended, isPaused }) =>
      ended !== null
        ? { text: ended }
        : isPaused
        ? { text: "paused", tone: "bad" }
        : { text: "runs", tone: "good" },
  },
  {
    ...number,
    sort: "age",
    title: "Age",
    cell: ({ ageMs }) => durationText(ageMs),
  },
  {
    title: "Size",
    width: "short",
    cell: ({ columns, rows }) => `${columns}×${rows}`,
  },
  {
    ...number,
    sort: "viewers",
    title: "Viewers",
    hint: "Those who may type, + those who only look",
    cell: ({ controllers, viewers }) => withBelow(controllers, viewers),
  },
  {
    ...number,
    sort: "output",
    title: "Output",
    cell: ({ outputBytes }) => valueText(outputBytes, "bytes"),
  },
  {
    ...number,
    sort: "waiting",
    title: "Input waits",
    hint: "Bytes that the program has not taken",
    cell: ({ waitingBytes }) => valueText(waitingBytes, "bytes"),
  },
];
