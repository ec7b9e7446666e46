/**
 * Lines as events, as versions 2 and 3 of asciicast write them.
 *
 * @module
 */
import {
  AsciicastError,
  type AsciicastEvent,
  type AsciicastLineVersion,
  TEXT_CODES,
} from "./asciicast.ts";
import { checkSize, parseJson } from "./asciicast_json.ts";

const TEXT_TYPES = new Map(
  (["output", "input", "marker"] as const)
    .map((type) => [String(TEXT_CODES[type]), type]),
);

/** Longest time: longer than recordings are, and still a precise number. */
const MAX_SECONDS = 1e9;

/** The time of a recording so far, in whole microseconds. */
export class AsciicastTime {
  #micros = 0;

  /** The time in milliseconds. */
  get atMs(): number {
    return this.#micros / 1000;
  }

  /**
   * Moves on by an interval.
   *
   * @throws {AsciicastError} if it is not seconds from 0 on.
   */
  add(line: number, interval: unknown): void {
    this.#micros += microsOf(line, "interval", interval);
  }

  /**
   * Moves to a time since the start, but never back.
   *
   * @throws {AsciicastError} if it is not seconds from 0 on.
   */
  set(line: number, time: unknown): void {
    this.#micros = Math.max(this.#micros, microsOf(line, "time", time));
  }
}

function microsOf(line: number, what: string, seconds: unknown): number {
  if (typeof seconds === "number" && seconds >= 0 && seconds <= MAX_SECONDS) {
    return Math.round(seconds * 1e6);
  }
  throw new AsciicastError(
    line,
    `has the ${what} ${
      JSON.stringify(seconds)
    }, it must be seconds from 0 to ${MAX_SECONDS}`,
  );
}

/** Decodes the lines of events. */
export class AsciicastDecoder {
  readonly #version: AsciicastLineVersion;
  readonly #time = new AsciicastTime();

  /** Decodes events from the first one of a recording on. */
  constructor(version: AsciicastLineVersion) {
    this.#version = version;
  }

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
    const [time, code, data]: unknown[] = value;
    if (this.#version === 2) this.#time.set(number, time);
    else this.#time.add(number, time);
    if (typeof code !== "string" || typeof data !== "string") {
      throw new AsciicastError(
        number,
        "has a code or data that is not a string",
      );
    }
    return eventOf(number, this.#time.atMs, code, data);
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
