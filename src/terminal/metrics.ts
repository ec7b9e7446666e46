/**
 * The numbers of a terminal server.
 *
 * @module
 */

/** The numbers of a terminal server: gauges first, then totals. */
export interface TerminalStats {
  /** Number of sessions that are running. */
  readonly sessions: number;
  /** Number of sessions whose programs have ended, and that are kept. */
  readonly endedSessions: number;
  /** Number of WebSockets that are open. */
  readonly attachments: number;
  /** Number of browsers that have a login. */
  readonly logins: number;
  /** Number of recordings that are not finished. */
  readonly recordings: number;
  /** Total of sessions that were started. */
  readonly sessionsStarted: number;
  /** Total of WebSockets that were opened. */
  readonly attachmentsOpened: number;
  /** Total bytes of input that arrived. */
  readonly inputBytes: number;
  /** Total bytes of input that arrived again after a reconnect; dropped. */
  readonly duplicateBytes: number;
  /** Total bytes of output that were sent, summed over all viewers. */
  readonly outputBytes: number;
  /** Total bytes of output that viewers did not get. */
  readonly skippedBytes: number;
  /** Total of snapshots that viewers got instead of such bytes. */
  readonly snapshots: number;
  /** Total of requests that were refused for their origin or host. */
  readonly originsRefused: number;
  /** Total of sockets and tickets that were refused, for any reason. */
  readonly handshakesRefused: number;
  /** Total of times that `authorize` threw, rejected or took too long. */
  readonly authorizeFailures: number;
  /** Total of attachments that ended because the viewer broke the protocol. */
  readonly protocolErrors: number;
  /**
   * Total of attachments that ended because the viewer read too slowly, or sent
   * more than another worker takes.
   */
  readonly overflows: number;
  /** Total of recordings that failed before their session ended. */
  readonly recordingsFailed: number;
}

/**
 * The totals of a server, and two numbers that go up and down, counted where the
 * events happen.
 */
export class TerminalCounters {
  attachments = 0;
  recordings = 0;
  sessionsStarted = 0;
  attachmentsOpened = 0;
  inputBytes = 0;
  duplicateBytes = 0;
  outputBytes = 0;
  skippedBytes = 0;
  snapshots = 0;
  originsRefused = 0;
  handshakesRefused = 0;
  authorizeFailures = 0;
  protocolErrors = 0;
  overflows = 0;
  recordingsFailed = 0;
}

const GAUGES: readonly string[] = [
  "sessions",
  "endedSessions",
  "attachments",
  "logins",
  "recordings",
];

/** Returns the numbers in the text format of Prometheus. */
export function statsToPrometheus(stats: TerminalStats): string {
  return Object.entries(stats).map(([name, value]) => {
    const gauge = GAUGES.includes(name);
    const snake = name.replace(
      /[A-Z]/g,
      (letter) => `_${letter.toLowerCase()}`,
    );
    const metric = `troupe_terminal_${snake}${gauge ? "" : "_total"}`;
    return `# TYPE ${metric} ${
      gauge ? "gauge" : "counter"
    }\n${metric} ${value}\n`;
  }).join("");
}
