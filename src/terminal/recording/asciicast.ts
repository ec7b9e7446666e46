/**
 * The lines of an asciicast v3 file, the recording of a terminal: one JSON value
 * per line, first the header and then events.
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
}

/** The terminal in the header of a recording. */
export interface AsciicastTerm {
  /** Number of columns, from 1 to 65,535. */
  readonly cols: number;
  /** Number of rows, from 1 to 65,535. */
  readonly rows: number;
  /** Type of the terminal, such as `xterm-256color`. */
  readonly type?: string;
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

/** Thrown for a recording that is not valid asciicast v3. */
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

/** Codes of the events that hold text. */
const TEXT_CODES = { output: "o", input: "i", marker: "m" } as const;
const TEXT_TYPES = new Map<unknown, keyof typeof TEXT_CODES>([
  ["o", "output"],
  ["i", "input"],
  ["m", "marker"],
]);

/** Longest interval: longer than recordings are, and still a precise number. */
const MAX_INTERVAL_SECONDS = 1e9;
const MAX_CELLS = 65_535;

/** Returns the first line, with its line feed. */
export function encodeHeader(header: AsciicastHeader): string {
  const { term, timestamp, command, title, env } = header;
  return JSON.stringify({
    version: 3,
    term,
    timestamp,
    idle_time_limit: header.idleTimeLimitSeconds,
    command,
    title,
    env,
  }) + "\n";
}

/** Encodes events as lines. */
export class AsciicastEncoder {
  #previousMicros = 0;

  /**
   * Returns the line of an event, with its line feed. Times are rounded to
   * microseconds before the interval is computed, so rounding errors do not add
   * up. A time before that of the previous event counts as the same time.
   */
  encode(event: AsciicastEvent): string {
    const micros = Math.max(
      Math.round(event.atMs * 1000),
      this.#previousMicros,
    );
    // Without an exponent, which some readers do not accept.
    const interval = ((micros - this.#previousMicros) / 1e6).toFixed(6);
    this.#previousMicros = micros;
    const [code, data] = codeAndData(event);
    return `[${interval}, "${code}", ${JSON.stringify(data)}]\n`;
  }
}

function codeAndData(event: AsciicastEvent): [code: string, data: string] {
  switch (event.type) {
    case "resize":
      return ["r", `${event.cols}x${event.rows}`];
    case "exit":
      return ["x", `${event.status}`];
    default:
      return [TEXT_CODES[event.type], event.text];
  }
}

/**
 * Reads the first line. Optional values of a wrong type are ignored.
 *
 * @throws {AsciicastError} if it is not a header of version 3.
 */
export function decodeHeader(line: string): AsciicastHeader {
  const value = parseJson(1, line);
  if (!isRecord(value)) throw new AsciicastError(1, "is not a JSON object");
  if (value.version !== 3) {
    const version = JSON.stringify(value.version) ?? "missing";
    throw new AsciicastError(1, `is of version ${version}, it must be 3`);
  }
  const term = isRecord(value.term) ? value.term : {};
  const { timestamp, idle_time_limit: limit, command, title, env } = value;
  return {
    term: {
      ...checkSize(1, term.cols, term.rows),
      ...(typeof term.type === "string" ? { type: term.type } : {}),
    },
    ...(typeof timestamp === "number" ? { timestamp } : {}),
    ...(typeof limit === "number" && limit >= 0
      ? { idleTimeLimitSeconds: limit }
      : {}),
    ...(typeof command === "string" ? { command } : {}),
    ...(typeof title === "string" ? { title } : {}),
    ...(isRecord(env) ? { env: stringsOf(env) } : {}),
  };
}

/** Decodes the lines of events. */
export class AsciicastDecoder {
  #micros = 0;

  /**
   * Reads the line with a number. Returns `undefined` for a comment, an empty
   * line, and an event of an unknown kind, whose interval counts all the same.
   *
   * @throws {AsciicastError} if it is not an event.
   */
  decode(number: number, line: string): AsciicastEvent | undefined {
    if (line.startsWith("#") || line.trim() === "") return undefined;
    const value = parseJson(number, line);
    if (!Array.isArray(value) || value.length !== 3) {
      throw new AsciicastError(number, "is not an array of three values");
    }
    const [interval, code, data]: unknown[] = value;
    if (
      typeof interval !== "number" || interval < 0 ||
      interval > MAX_INTERVAL_SECONDS
    ) {
      throw new AsciicastError(
        number,
        `has the interval ${
          JSON.stringify(interval)
        }, it must be seconds from 0 to ${MAX_INTERVAL_SECONDS}`,
      );
    }
    if (typeof code !== "string" || typeof data !== "string") {
      throw new AsciicastError(
        number,
        "has a code or data that is not a string",
      );
    }
    this.#micros += Math.round(interval * 1e6);
    return eventOf(number, this.#micros / 1000, code, data);
  }
}

function eventOf(
  line: number,
  atMs: number,
  code: string,
  data: string,
): AsciicastEvent | undefined {
  const type = TEXT_TYPES.get(code);
  if (type !== undefined) return { type, atMs, text: data };
  if (code === "r") {
    const [, cols, rows] = /^(\d+)x(\d+)$/.exec(data) ?? [];
    return {
      type: "resize",
      atMs,
      ...checkSize(line, Number(cols), Number(rows)),
    };
  }
  if (code !== "x") return undefined;
  if (!/^-?\d{1,10}$/.test(data)) {
    throw new AsciicastError(line, "has an exit status that is not a number");
  }
  return { type: "exit", atMs, status: Number(data) };
}

function checkSize(
  line: number,
  cols: unknown,
  rows: unknown,
): { cols: number; rows: number } {
  if (isCells(cols) && isCells(rows)) return { cols, rows };
  throw new AsciicastError(
    line,
    `has a size that is not columns and rows from 1 to ${MAX_CELLS}`,
  );
}

function isCells(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 &&
    Number(value) <= MAX_CELLS;
}

function parseJson(line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AsciicastError(line, "is not JSON", { cause });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function stringsOf(env: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] =>
      typeof entry[1] === "string"
    ),
  );
}
