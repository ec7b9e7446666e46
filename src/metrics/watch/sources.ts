/**
 * What hands itself in to be watched, beside the actors.
 *
 * @module
 */
import type { SessionSnapshot } from "../../session/mod.ts";

/** What has sessions: a listener, a pool, a server of sessions. */
export interface WatchedConnections {
  /** Returns its sessions as they are now. */
  inspect(): Iterable<SessionSnapshot>;
}

/** What has terminals, such as what `serveTerminal` returns. */
export interface WatchedTerminalServer {
  /** Returns its terminals as they are now. */
  inspect(): Promise<readonly TerminalInfo[]>;
}

/** A terminal, as a `TerminalServer` shows it. */
export interface TerminalInfo {
  /** The id of its session, as the API has it. */
  readonly id: string;
  /** Name of the command that it runs, without arguments. */
  readonly command: string;
  /** Milliseconds since it was started. */
  readonly ageMs: number;
  /** Its size, in cells. */
  readonly size: { readonly columns: number; readonly rows: number };
  /** Number of viewers that may type. */
  readonly controllers: number;
  /** Number of viewers that may not. */
  readonly viewers: number;
  /** Bytes of output so far. */
  readonly outputBytes: number;
  /** Bytes of input that the program has not taken. */
  readonly waitingBytes: number;
  /** Whether its output is paused because a viewer reads slowly. */
  readonly isPaused: boolean;
  /** How its program has ended, such as `code 0`; `undefined` while it runs. */
  readonly ended: string | undefined;
}
