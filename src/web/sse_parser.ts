/**
 * Server-sent events, read from a stream of text.
 *
 * @module
 */

/** One event, as a client receives it. */
export interface SseEvent {
  /** Its name; `"message"` if it has none. */
  readonly event: string;
  /** Its lines, with `\n` between them. */
  readonly data: string;
}

/** Characters that an event may have, unless there is another limit. */
const MAX_EVENT_CHARACTERS = 1_048_576;

/**
 * Parses a stream as the HTML standard says, wherever it is cut into pieces.
 * Ids and the time to reconnect are skipped.
 */
export class SseParser {
  readonly #Failure: new (message: string) => Error;
  readonly #maxCharacters: number;
  #rest = "";
  #event = "";
  #data: string[] = [];
  #size = 0;

  /** Creates a parser that throws errors of a class. */
  constructor(
    Failure: new (message: string) => Error,
    maxCharacters: number = MAX_EVENT_CHARACTERS,
  ) {
    this.#Failure = Failure;
    this.#maxCharacters = maxCharacters;
  }

  /**
   * Returns the events that end in the next piece of the stream; throws when
   * an event has more characters than that, by default 2²⁰.
   */
  push(text: string): SseEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    // The last line has no end yet, or half of one.
    this.#rest = lines.pop() ?? "";
    const events = lines.flatMap((line) => this.#line(line));
    if (this.#size + this.#rest.length > this.#maxCharacters) {
      throw new this.#Failure(
        `Cannot read the event: it has more than ${this.#maxCharacters} characters`,
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
