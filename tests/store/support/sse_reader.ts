/**
 * A client of the event stream that is cut and comes back, as a browser does.
 *
 * @module
 */

/** An event, as it was received. */
export interface ReceivedEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
  /** The last id that was received, this event's own included. */
  readonly lastId: string;
}

/** Options of {@linkcode readEvents}. */
export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly headers?: Record<string, string>;
  /** What asks in place of `fetch`, such as the handler itself. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * Reads events of `url`, whose topics are parameters of it, and connects again
 * whenever the stream ends, with the last id that it has seen.
 */
export async function* readEvents(
  url: string | (() => string),
  options: ReadOptions,
): AsyncGenerator<ReceivedEvent, void, void> {
  let lastId = "";
  while (!options.signal.aborted) {
    const headers = new Headers(options.headers);
    if (lastId !== "") headers.set("last-event-id", lastId);
    try {
      const address = typeof url === "string" ? url : url();
      const { signal, fetch: ask = fetch } = options;
      const response = await ask(new Request(address, { headers, signal }));
      if (response.status !== 200) {
        throw new Error(`${response.status}: ${await response.text()}`);
      }
      for await (const block of blocksOf(response)) {
        const { id, event, data } = block;
        if (id !== undefined) lastId = id;
        if (data === "") continue;
        yield { event, data: JSON.parse(data), lastId };
      }
    } catch (error) {
      if (options.signal.aborted) return;
      // A cut is no news; anything else is.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

async function* blocksOf(
  response: Response,
): AsyncGenerator<{ id: string | undefined; event: string; data: string }> {
  let rest = "";
  const text = response.body?.pipeThrough(new TextDecoderStream()) ?? [];
  for await (const piece of text) {
    const blocks = (rest + piece).split("\n\n");
    // A block that was cut is none, as the standard has it.
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      let id: string | undefined;
      let event = "message";
      let data = "";
      for (const line of block.split("\n")) {
        const [, name, value = ""] = /^(\w+):(.*)$/.exec(line) ?? [];
        if (name === "id") id = value;
        if (name === "event") event = value;
        if (name === "data") data += value;
      }
      yield { id, event, data };
    }
  }
}
