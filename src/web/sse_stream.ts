/**
 * Server-sent events to many clients, none of which can delay another.
 *
 * @module
 */
import { checkHttpRequest } from "./request.ts";
import { type Clock, realClock, type Timer } from "../actor/mod.ts";
import {
  checkMethods,
  checkOptionNames,
  checkString,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import { SseClient } from "./sse_client.ts";
import { SseLatest } from "./sse_latest.ts";
import { encodeEvent, SseLog } from "./sse_log.ts";

/** Options of an {@linkcode SseStream}. */
export interface SseStreamOptions {
  /**
   * Bytes of the last events that are kept, once for all clients: for those
   * that reconnect, and for those that read slowly. A whole number from 1.
   * @default {1048576}
   */
  readonly bufferBytes?: number;
  /**
   * The most clients at once, a whole number from 1; one more gets a 503.
   * @default {100}
   */
  readonly maxClients?: number;
  /**
   * Milliseconds between the comments that keep an idle connection open, above
   * 0.
   * @default {15000}
   */
  readonly heartbeatMs?: number;
  /**
   * Milliseconds after which clients should reconnect when they are
   * disconnected, a whole number from 0.
   * @default {2000}
   */
  readonly retryMs?: number;
  /**
   * Bytes of events that are written as one piece to a client for which
   * several wait, a whole number from 1.
   * @default {65536}
   */
  readonly chunkBytes?: number;
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

const DEFAULTS = {
  bufferBytes: 1024 * 1024,
  maxClients: 100,
  heartbeatMs: 15_000,
  retryMs: 2000,
  chunkBytes: 65_536,
};

const RANGES = {
  bufferBytes: { min: 1, integer: true },
  maxClients: { min: 1, integer: true },
  heartbeatMs: { above: 0 },
  retryMs: { min: 0, integer: true },
  chunkBytes: { min: 1, integer: true },
};

const NAMES: OptionNames<SseStreamOptions> = {
  bufferBytes: true,
  maxClients: true,
  heartbeatMs: true,
  retryMs: true,
  chunkBytes: true,
  clock: true,
};

const HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/event-stream",
  // Compression, or the buffer of a proxy, would hold events back.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/**
 * Sends each event to all clients: to browsers with `EventSource`, and to
 * programs that read `text/event-stream`. Each event has an id. A client that
 * reconnects with the last id it has seen (`Last-Event-ID`, or
 * `?lastEventId=` of the address) gets the events that it missed, and
 * `?lastEventId=0` gets all that are kept. With `?follow=false` it gets what
 * there is after its id, and the stream ends. How many it missed that are no
 * longer kept comes as an event `gap`, whose data is `{"missed": 12}`, or
 * `{"missed": null}` if its id does not belong to this stream: then it gets
 * all that are kept.
 *
 * A client that reads slowly is treated like one that was disconnected: it
 * delays no other, has no queue of its own, and gets a `gap` when it reads
 * again.
 *
 * @example
 * ```ts
 * import { SseStream } from "@troupe/troupe/metrics";
 *
 * using stream = new SseStream();
 * const { body } = stream.respond(new Request("http://localhost/events"));
 * stream.publish("greeting", "Hello\nworld");
 *
 * const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
 * const { value = "" } = await reader?.read() ?? {};
 * console.assert(value.endsWith("event: greeting\ndata: Hello\ndata: world\n\n"));
 * await reader?.cancel();
 * ```
 */
export class SseStream implements Disposable {
  readonly #log: SseLog;
  readonly #latest = new SseLatest();
  readonly #maxClients: number;
  readonly #heartbeatMs: number;
  readonly #retryMs: number;
  readonly #chunkBytes: number;
  readonly #clock: Clock;
  readonly #clients = new Set<SseClient>();
  /** Tells the ids of this stream from those of an earlier one. */
  readonly #name = crypto.randomUUID().slice(0, 8);
  #heartbeat: Timer | undefined;
  #skippedByGone = 0;
  #refused = 0;
  #isClosed = false;

  /**
   * Creates a stream without clients.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an option is not known, or has the wrong type.
   * @throws {RangeError} if an option is out of its range.
   */
  constructor(options: SseStreamOptions = {}) {
    checkOptionNames("SseStream", options, NAMES);
    const { clock } = options;
    if (clock !== undefined) {
      checkMethods("clock", clock, ["now", "schedule"], "a Clock");
    }
    const numbers = resolveNumbers(options, DEFAULTS, RANGES);
    this.#log = new SseLog(numbers.bufferBytes);
    this.#maxClients = numbers.maxClients;
    this.#heartbeatMs = numbers.heartbeatMs;
    this.#retryMs = numbers.retryMs;
    this.#chunkBytes = numbers.chunkBytes;
    this.#clock = clock ?? realClock;
  }

  /** Number of clients that are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Number of clients that were refused because there were too many. */
  get refused(): number {
    return this.#refused;
  }

  /** Number of events that slow clients missed, over all clients so far. */
  get skipped(): number {
    let skipped = this.#skippedByGone;
    for (const client of this.#clients) skipped += client.skipped;
    return skipped;
  }

  /** Bytes of the events that are kept. */
  get bufferedBytes(): number {
    return this.#log.bytes;
  }

  /**
   * Sends an event to all clients, and to none after the stream was closed.
   * Each line of `data` arrives as one, and `\r` ends a line as well. An event
   * longer than `bufferBytes` arrives as a `gap`.
   *
   * @throws {TypeError} if the name is empty, `gap`, or more than one line, or
   * the data is not a string.
   */
  publish(event: string, data: string): void {
    checkEvent(event, data);
    if (this.#isClosed) return;
    const id = `${this.#name}-${this.#log.end + 1}`;
    this.#log.add(encodeEvent(event, data, id));
    for (const client of this.#clients) client.flush();
  }

  /**
   * Sends an event of which only the last one of its `key` matters: one without
   * an id, which is not kept among the others. A client that reads slowly gets
   * the last one alone, and one that connects gets that of each key.
   *
   * @throws {TypeError} as `publish` does.
   */
  publishLatest(key: string, event: string, data: string): void {
    checkEvent(event, data);
    if (this.#isClosed) return;
    this.#latest.set(key, encodeEvent(event, data));
    for (const client of this.#clients) client.flush();
  }

  /** Forgets the event of a key: who connects from now on does not get it. */
  forgetLatest(key: string): void {
    this.#latest.delete(key);
  }

  /**
   * Returns the stream as the response to a request. It goes on until its body
   * is cancelled, as `Deno.serve` does when the client disconnects, or until
   * the stream is closed. The response is a 503 if there are too many clients,
   * or the stream is closed.
   *
   * @throws {TypeError} if it is not a request.
   */
  respond(request: Request): Response {
    checkHttpRequest(request);
    if (this.#isClosed || this.#clients.size >= this.#maxClients) {
      if (!this.#isClosed) this.#refused++;
      return new Response("There are too many clients\n", {
        status: 503,
        headers: { "cache-control": "no-store", "retry-after": "5" },
      });
    }
    const client = new SseClient({
      log: this.#log,
      latest: this.#latest,
      chunkBytes: this.#chunkBytes,
      retryMs: this.#retryMs,
      from: this.#positionOf(lastEventId(request)),
      follows: parameter(request, "follow") !== "false",
      onEnd: (client) => this.#remove(client),
    });
    this.#clients.add(client);
    if (this.#clients.size === 1) this.#planHeartbeat();
    return new Response(client.body, { headers: HEADERS });
  }

  /** Sends all clients what they have not got yet, and closes the stream. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const client of [...this.#clients]) client.close();
  }

  /** The number of the event after the one with an id; `null` if the id is of another stream. */
  #positionOf(id: string | null): number | null {
    if (id === null || id === "") return this.#log.end;
    if (id === "0") return 0;
    const match = /^([0-9a-f]{8})-([1-9]\d{0,14})$/.exec(id);
    const number = Number(match?.[2]);
    const isOurs = match?.[1] === this.#name && number <= this.#log.end;
    return isOurs ? number : null;
  }

  #remove(client: SseClient): void {
    if (!this.#clients.delete(client)) return;
    this.#skippedByGone += client.skipped;
    if (this.#clients.size > 0) return;
    this.#heartbeat?.cancel();
    this.#heartbeat = undefined;
  }

  #planHeartbeat(): void {
    this.#heartbeat = this.#clock.schedule(this.#heartbeatMs, () => {
      for (const client of this.#clients) client.heartbeat();
      if (this.#clients.size > 0) this.#planHeartbeat();
    });
  }
}

function checkEvent(event: string, data: string): void {
  if (!/^[^\r\n]+$/.test(event) || event === "gap") {
    throw new TypeError(
      `Cannot publish: the name is ${
        JSON.stringify(event)
      }, it must be one line and not "gap"`,
    );
  }
  checkString("data", data);
}

/** A browser that reconnects says in the header what is newer. */
function lastEventId(request: Request): string | null {
  return request.headers.get("last-event-id") ??
    parameter(request, "lastEventId");
}

function parameter(request: Request, name: string): string | null {
  return URL.parse(request.url)?.searchParams.get(name) ?? null;
}
