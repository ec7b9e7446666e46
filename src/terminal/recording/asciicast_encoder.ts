/**
 * Events as lines, as versions 2 and 3 of asciicast write them.
 *
 * @module
 */
import {
  type AsciicastEvent,
  type AsciicastLineVersion,
  TEXT_CODES,
} from "./asciicast.ts";

/** Encodes events as lines. */
export class AsciicastEncoder {
  readonly #version: AsciicastLineVersion;
  #previousMicros = 0;

  /** Encodes events from the beginning of a recording on. */
  constructor(version: AsciicastLineVersion) {
    this.#version = version;
  }

  /**
   * Returns the line of an event, with its line feed. Times are rounded to
   * microseconds before the interval is computed, so rounding errors do not add
   * up. A time before that of the previous event counts as the same time.
   */
  encode(event: AsciicastEvent): string {
    const previous = this.#previousMicros;
    const micros = Math.max(Math.round(event.atMs * 1000), previous);
    this.#previousMicros = micros;
    // Version 2 has times since the start, and version 3 the intervals.
    const time = this.#version === 2 ? micros : micros - previous;
    const [code, data] = codeAndData(event);
    // Without an exponent, which some readers do not accept.
    return `[${(time / 1e6).toFixed(6)}, "${code}", ${JSON.stringify(data)}]\n`;
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
