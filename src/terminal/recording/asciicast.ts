/**
 * The lines of an asciicast v3 file, the recording of a terminal: JSON, one
 * value a line; first the header, then events.
 * See https://docs.asciinema.org/manual/asciicast/v3
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";

/** What stands at the head of a recording. */
export interface AsciicastHeader {
  /** The terminal, as it was when the recording began. */
  readonly term: AsciicastTerm;
  /** When the recording began, in whole seconds since 1970. */
  readonly timestamp?: number;
  /** The longest pause that a player should make, in seconds. */
  readonly idleTimeLimitSeconds?: number;
  /** What was run. */
  readonly command?: string;
  /** A title. */
  readonly title?: string;
  /** Variables of the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A terminal that is recorded. */
export interface AsciicastTerm {
  /** Cells in a row: 1 to 65,535. */
  readonly cols: number;
  /** Rows: 1 to 65,535. */
  readonly rows: number;
  /** What it calls itself, such as `xterm-256color`. */
  readonly type?: string;
}

/** Something that happened; `atMs` is milliseconds since the beginning. */
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
  /** The program has ended, with this status; the last event. */
  | { readonly type: "exit"; readonly atMs: number; readonly status: number };

/** A recording is not what asciicast v3 prescribes; see `cause` if any. */
export class AsciicastError extends TroupeError {
  /** The number of the line, from 1. */
  readonly line: number;

  /** An error in a line. */
  constructor(line: number, what: string, options?: ErrorOptions) {
    super(`Cannot read the recording: line ${line} ${what}`, options);
    this.line = line;
  }
}

/** A recording is larger than its reader allows. */
export class AsciicastLimitError extends AsciicastError {}

/** Codes of the events that hold text. */
const TEXT_CODES = { output: "o", input: "i", marker: "m" } as const;
const TEXT_TYPES = new Map<unknown, keyof typeof TEXT_CODES>([
  ["o", "output"],
  ["i", "input"],
  ["m", "marker"],
]);

/** Longer than anyone records, and far from where numbers get imprecise. */
const MAX_INTERVAL_SECONDS = 1e9;
const MAX_CELLS = 65_535;

/** Makes the first line, with its line feed. */
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

/** Makes the lines of events. */
export class AsciicastEncoder {
  #previousMicros = 0;

  /**
   * Makes the line of an event, with its line feed. The time is rounded to
   * microseconds before the difference is taken, so errors do not add up; one
   * that is earlier than the event before counts as the same.
   */
  encode(event: AsciicastEvent): string {
    const micros = Math.max(
      Math.round(event.atMs * 1000),
      this.#previousMicros,
    );
    // Without an exponent, which not every reader knows.
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
 * Reads the first line. What is optional and not of its type is left out.
 *
 * @throws {AsciicastError} when it is no header of version 3.
 */
export function decodeHeader(line: string): AsciicastHeader {
  const value = parseJson(1, line);
  if (!isRecord(value)) throw new AsciicastError(1, "is no JSON object");
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
    ...(isRecord(env) ? { env: textsOf(env) } : {}),
  };
}

/** Reads the lines of events. */
export class AsciicastDecoder {
  #micros = 0;

  /**
   * Reads the line with that number. Answers `undefined` for a comment, an
   * empty line, and an event of a kind that is unknown, whose time counts.
   *
   * @throws {AsciicastError} when it is no event.
   */
  decode(number: number, line: string): AsciicastEvent | undefined {
    if (line.startsWith("#") || line.trim() === "") return undefined;
    const value = parseJson(number, line);
    if (!Array.isArray(value) || value.length !== 3) {
      throw new AsciicastError(number, "is no array of three");
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
      throw new AsciicastError(number, "has a code or data that is no string");
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
    throw new AsciicastError(line, "has an exit status that is no number");
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
    throw new AsciicastError(line, "is no JSON", { cause });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textsOf(env: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] =>
      typeof entry[1] === "string"
    ),
  );
}
