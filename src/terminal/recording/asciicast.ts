/**
 * What recordings of terminals hold, in all versions of asciicast.
 * See https://docs.asciinema.org/manual/asciicast/v3
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";

/** The header of a recording. */
export interface AsciicastHeader {
  /** Terminal at the start of the recording. */
  readonly term: AsciicastTerm;
  /** Start of the recording, in whole seconds since 1970. */
  readonly timestamp?: number;
  /** Longest pause that a player should make, in seconds. */
  readonly idleTimeLimitSeconds?: number;
  /** Command that was recorded. */
  readonly command?: string;
  /** Title of the recording. */
  readonly title?: string;
  /** Environment variables of the command. */
  readonly env?: Readonly<Record<string, string>>;
  /** Labels of the recording, which only version 3 has. */
  readonly tags?: readonly string[];
}

/** The terminal in the header of a recording. */
export interface AsciicastTerm {
  /** Number of columns, from 1 to 65,535. */
  readonly cols: number;
  /** Number of rows, from 1 to 65,535. */
  readonly rows: number;
  /** Type of the terminal, such as `xterm-256color`. */
  readonly type?: string;
  /** Name and version of its program, which only version 3 has. */
  readonly version?: string;
  /** Colours of the terminal. */
  readonly theme?: AsciicastTheme;
}

/** The colours of a recorded terminal, each as `#rrggbb`. */
export interface AsciicastTheme {
  /** Colour of the text. */
  readonly fg: string;
  /** Colour behind the text. */
  readonly bg: string;
  /** The first 8 or 16 colours of the palette. */
  readonly palette: readonly string[];
}

/** An event of a recording; `atMs` is in milliseconds since its start. */
export type AsciicastEvent =
  | {
    readonly type: "output" | "input" | "marker";
    readonly atMs: number;
    readonly text: string;
  }
  | {
    readonly type: "resize";
    readonly atMs: number;
    readonly cols: number;
    readonly rows: number;
  }
  /** The program has ended with a status: the last event. */
  | { readonly type: "exit"; readonly atMs: number; readonly status: number };

/** Thrown for a recording that is not valid asciicast v1, v2 or v3. */
export class AsciicastError extends TroupeError {
  /** Number of the line with the error, from 1. */
  readonly line: number;

  /** Makes an error; `problem` continues a sentence about the line. */
  constructor(line: number, problem: string, options?: ErrorOptions) {
    super(`Cannot read the recording: line ${line} ${problem}`, options);
    this.line = line;
  }
}

/** Thrown for a recording that is larger than its reader allows. */
export class AsciicastLimitError extends AsciicastError {}

/** A version of the format that has a line for each event. */
export type AsciicastLineVersion = 2 | 3;

/** Codes of the events that hold text. */
export const TEXT_CODES = { output: "o", input: "i", marker: "m" } as const;
