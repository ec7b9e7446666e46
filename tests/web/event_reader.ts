/**
 * Reads Server-Sent Events as a browser does.
 *
 * @module
 */

/** An event as it came. */
export interface ReadEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** The events of an answer, one by one. */
export class Reader implements AsyncDisposable {
  /** What was said of coming back. */
  retry: string | undefined;
  /** Comments so far. */
  comments = 0;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";
  #skipTo: string | undefined;

  /** Reads from what follows `skipTo`, if that is given. */
  constructor(response: Response, skipTo?: string) {
    if (response.body === null) throw new TypeError("There is no body");
    this.#reader = response.body.pipeThrough(new TextDecoderStream())
      .getReader();
    this.#skipTo = skipTo;
  }

  /** The next event; throws at the end. */
  async event(): Promise<ReadEvent> {
    for (;;) {
      const block = await this.#block();
      if (block === undefined) throw new Error("The stream has ended");
      const event = this.#parse(block);
      if (event !== undefined) return event;
    }
  }

  /** Waits for a comment, of which none was seen before. */
  async comment(): Promise<void> {
    const { comments } = this;
    while (this.comments === comments) {
      const block = await this.#block();
      if (block === undefined) throw new Error("The stream has ended");
      this.#parse(block);
    }
  }

  /** The data of all events to the end. */
  async rest(): Promise<string[]> {
    const data: string[] = [];
    let block: string | undefined;
    while ((block = await this.#block()) !== undefined) {
      const event = this.#parse(block);
      if (event !== undefined) data.push(event.data);
    }
    return data;
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }

  /** What stands before the next empty line. */
  async #block(): Promise<string | undefined> {
    for (;;) {
      const mark = this.#skipTo ?? "\n\n";
      const end = this.#text.indexOf(mark);
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + mark.length);
        if (this.#skipTo === undefined) return block;
        this.#skipTo = undefined;
        continue;
      }
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }

  #parse(block: string): ReadEvent | undefined {
    let id: string | undefined;
    let event = "message";
    const data: string[] = [];
    for (const line of block.split("\n")) {
      const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (line.startsWith(":")) this.comments++;
      else if (field === "id") id = value;
      else if (field === "event") event = value;
      else if (field === "data") data.push(value);
      else if (field === "retry") this.retry = value;
    }
    return data.length === 0 ? undefined : { id, event, data: data.join("\n") };
  }
}
