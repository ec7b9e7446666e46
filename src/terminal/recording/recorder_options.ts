/**
 * Options of a recorder, and the header that they make.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { PtySize } from "../../pty/mod.ts";
import type { AsciicastHeader } from "./asciicast.ts";

/** Options of an `AsciicastRecorder`. */
export interface RecorderOptions {
  /** The size of the terminal in the beginning. */
  readonly size: PtySize;
  /**
   * What the terminal calls itself.
   * @default {"xterm-256color"}
   */
  readonly term?: string;
  /** A title. */
  readonly title?: string;
  /** What is run; it may hold secrets, and so is only here if given. */
  readonly command?: string;
  /** The environment of the session. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Which of its variables are recorded: others may be secrets.
   * @default {["SHELL"]}
   */
  readonly envNames?: readonly string[];
  /**
   * Whether input is recorded. It holds what is typed and not echoed, such as
   * passwords.
   * @default {false}
   */
  readonly input?: boolean;
  /**
   * Bytes that may wait to be written, about; what is more is left out, until
   * half of them are written.
   * @default {4_194_304}
   */
  readonly maxWaitingBytes?: number;
  /** Gives the recording up; what waits is not written. */
  readonly signal?: AbortSignal;
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** The header of a recording that begins now. */
export function headerOf(options: RecorderOptions): AsciicastHeader {
  const { size, term = "xterm-256color", env, title, command } = options;
  const { envNames = ["SHELL"] } = options;
  const kept = Object.entries(env ?? {})
    .filter(([name]) => envNames.includes(name));
  return {
    term: { cols: size.columns, rows: size.rows, type: term },
    timestamp: Math.floor(Date.now() / 1000),
    ...(command === undefined ? {} : { command }),
    ...(title === undefined ? {} : { title }),
    ...(kept.length === 0 ? {} : { env: Object.fromEntries(kept) }),
  };
}
