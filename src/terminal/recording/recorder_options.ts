/**
 * Options of a recorder, and the header that is made from them.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { PtySize } from "../../pty/mod.ts";
import type { AsciicastHeader, AsciicastLineVersion } from "./asciicast.ts";

/** Options of an {@linkcode AsciicastRecorder}. */
export interface RecorderOptions {
  /** Size of the terminal at the start, in cells. */
  readonly size: PtySize;
  /**
   * Version of the format: 2 is for older players, which cannot read 3.
   * @default {3}
   */
  readonly version?: AsciicastLineVersion;
  /**
   * Type of the terminal, as in `TERM`.
   * @default {"xterm-256color"}
   */
  readonly term?: string;
  /** Title of the recording. */
  readonly title?: string;
  /** Command that is recorded; omitted by default, as it may hold secrets. */
  readonly command?: string;
  /** Environment of the session, of which `envNames` are recorded. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Names of the variables that are recorded, since others may be secret.
   * @default {["SHELL"]}
   */
  readonly envNames?: readonly string[];
  /**
   * Whether input is recorded. It contains what is typed without an echo, such
   * as passwords.
   * @default {false}
   */
  readonly input?: boolean;
  /**
   * Bytes that may wait to be written, approximately, above 0. What exceeds them
   * is omitted, until half of them are written.
   * @default {4_194_304}
   */
  readonly maxWaitingBytes?: number;
  /** Aborts the recording when it aborts; what waits is not written. */
  readonly signal?: AbortSignal;
  /**
   * Source of time, such as a manual clock in tests.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** Returns the header of a recording that starts now. */
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
