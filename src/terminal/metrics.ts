/**
 * What the terminal server counts.
 *
 * @module
 */

/** Numbers of a terminal server. */
export interface TerminalStats {
  /** Sessions that there are now. */
  readonly sessions: number;
  /** WebSockets that are open now. */
  readonly attachments: number;
  /** Browsers that are let in now. */
  readonly logins: number;
  /** Recordings that are not finished. */
  readonly recordings: number;
  /** Sessions that were started. */
  readonly sessionsStarted: number;
  /** WebSockets that were opened. */
  readonly attachmentsOpened: number;
  /** Bytes of input that came. */
  readonly inputBytes: number;
  /** Bytes of input that came again after a reconnect, and were dropped. */
  readonly duplicateBytes: number;
  /** Bytes of output that were sent, those to each viewer. */
  readonly outputBytes: number;
  /** Bytes of output that viewers missed. */
  readonly skippedBytes: number;
  /** Requests refused for their origin or host. */
  readonly originsRefused: number;
  /** Sockets and tickets refused, for whatever reason. */
  readonly handshakesRefused: number;
  /** Attachments ended since the viewer broke the protocol. */
  readonly protocolErrors: number;
  /** Attachments ended since the viewer let too much pile up. */
  readonly overflows: number;
  /** Recordings that failed before their session ended. */
  readonly recordingsFailed: number;
}

/** Those that only grow; written where it happens. */
export class TerminalCounters {
  sessionsStarted = 0;
  attachmentsOpened = 0;
  inputBytes = 0;
  duplicateBytes = 0;
  outputBytes = 0;
  skippedBytes = 0;
  originsRefused = 0;
  handshakesRefused = 0;
  protocolErrors = 0;
  overflows = 0;
  recordingsFailed = 0;
}

const GAUGES: readonly string[] = [
  "sessions",
  "attachments",
  "logins",
  "recordings",
];

/** The numbers in the text format of Prometheus. */
export function toPrometheus(stats: TerminalStats): string {
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
