/**
 * Server-sent events cut out of a stream of text.
 *
 * @module
 */
import { DriverError } from "./driver_error.ts";

/** One event. */
export interface SseEvent {
  /** What it is about; `"message"` where nothing is said. */
  readonly event: string;
  /** Its lines, with `\n` between them. */
  readonly data: string;
}

/** Characters that an event may have. */
const MAX_EVENT_CHARACTERS = 1_048_576;

/** Reads a stream as the HTML standard says, however it is cut. */
export class SseParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #size = 0;

  /**
   * The events that end in the next piece of the stream.
   *
   * @throws {DriverError} when an event is too large.
   */
  push(text: string): SseEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    // Without its end, or with half of it.
    this.#rest = lines.pop() ?? "";
    const events = lines.flatMap((line) => this.#line(line));
    if (this.#size + this.#rest.length > MAX_EVENT_CHARACTERS) {
      throw new DriverError(
        `Cannot take the event: it has more than ${MAX_EVENT_CHARACTERS} characters`,
      );
    }
    return events;
  }

  #line(line: string): SseEvent[] {
    if (line === "") return this.#dispatch();
    this.#size += line.length;
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "event") this.#event = value;
    if (field === "data") this.#data.push(value);
    return [];
  }

  #dispatch(): SseEvent[] {
    const event = this.#event || "message";
    const data = this.#data;
    this.#event = "";
    this.#data = [];
    this.#size = 0;
    return data.length === 0 ? [] : [{ event, data: data.join("\n") }];
  }
}
