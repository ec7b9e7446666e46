/**
 * Server-Sent Events to many clients, none of whom can hold up another.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import { realClock } from "../actor/internal.ts";
import { EventClient } from "./event_client.ts";
import { encodeEvent, EventLog } from "./event_log.ts";

/** Options of an {@linkcode EventStream}. */
export interface EventStreamOptions {
  /**
   * Bytes of the last events that are kept, once for all clients: for those
   * who come back, and for those who read slowly. 1 or more.
   * @default {1048576}
   */
  readonly bufferBytes?: number;
  /**
   * Clients at once, 1 or more; the next one gets a 503.
   * @default {100}
   */
  readonly maxClients?: number;
  /**
   * Milliseconds between the comments that keep an idle connection, above 0.
   * @default {15000}
   */
  readonly heartbeatMs?: number;
  /**
   * Milliseconds after which clients are to come back when they are cut off,
   * an integer of 0 or more.
   * @default {2000}
   */
  readonly retryMs?: number;
  /**
   * Bytes of events that are written as one piece, to a client that has
   * several to get; 1 or more.
   * @default {65536}
   */
  readonly chunkBytes?: number;
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

const HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/event-stream",
  // Compression, and a proxy's buffer, would hold events back.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/**
 * Tells each event to all clients: browsers with `EventSource`, or whoever
 * reads `text/event-stream`. Each event has an id. A client that comes back
 * with the last one it has (`Last-Event-ID`, or `?lastEventId=` of the
 * address) gets those that it missed, and `?lastEventId=0` gets all that are
 * kept. What it missed and is not kept, it is told by an event `gap`, whose
 * data is `{"missed": 12}`, or `{"missed": null}` if its id is not of this
 * stream: then it gets all that are kept.
 *
 * A client that reads slowly is as one that was away: it holds nobody up, has
 * no queue of its own, and hears of a `gap` when it reads again.
 *
 * @example
 * ```ts
 * import { EventStream } from "@troupe/troupe/metrics";
 *
 * using stream = new EventStream();
 * const { body } = stream.respond(new Request("http://localhost/events"));
 * stream.publish("greeting", "Hello\nworld");
 *
 * const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
 * const { value = "" } = await reader?.read() ?? {};
 * console.assert(value.endsWith("event: greeting\ndata: Hello\ndata: world\n\n"));
 * await reader?.cancel();
 * ```
 */
export class EventStream implements Disposable {
  readonly #log: EventLog;
  readonly #maxClients: number;
  readonly #heartbeatMs: number;
  readonly #retryMs: number;
  readonly #chunkBytes: number;
  readonly #clock: Clock;
  readonly #clients = new Set<EventClient>();
  /** Tells the ids of this stream from those of one that was here before. */
  readonly #name = crypto.randomUUID().slice(0, 8);
  #heartbeat: Timer | undefined;
  #skippedByGone = 0;
  #refused = 0;
  #isClosed = false;

  /**
   * A stream without clients.
   *
   * @throws {RangeError} when an option is out of its range.
   */
  constructor(options: EventStreamOptions = {}) {
    const integer = (name: string, value: number, min: number): number => {
      if (Number.isSafeInteger(value) && value >= min) return value;
      throw new RangeError(
        `Cannot make an event stream: ${name} is ${value}, it must be an integer of ${min} or more`,
      );
    };
    const { heartbeatMs = 15_000 } = options;
    if (!(heartbeatMs > 0)) {
      throw new RangeError(
        `Cannot make an event stream: heartbeatMs is ${heartbeatMs}, it must be above 0`,
      );
    }
    this.#heartbeatMs = heartbeatMs;
    this.#log = new EventLog(
      integer("bufferBytes", options.bufferBytes ?? 1024 * 1024, 1),
    );
    this.#maxClients = integer("maxClients", options.maxClients ?? 100, 1);
    this.#retryMs = integer("retryMs", options.retryMs ?? 2000, 0);
    this.#chunkBytes = integer("chunkBytes", options.chunkBytes ?? 65_536, 1);
    this.#clock = options.clock ?? realClock;
  }

  /** Clients that are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Clients that were turned away, as there were too many. */
  get refused(): number {
    return this.#refused;
  }

  /** Events that went by clients who were too slow, over all clients so far. */
  get skipped(): number {
    let skipped = this.#skippedByGone;
    for (const client of this.#clients) skipped += client.skipped;
    return skipped;
  }

  /** Bytes of events that are kept. */
  get bufferedBytes(): number {
    return this.#log.bytes;
  }

  /**
   * Tells an event to all clients; nobody hears it after the stream was
   * closed. Each line of `data` arrives as one, `\r` as the end of one. An
   * event longer than `bufferBytes` arrives as a `gap`.
   *
   * @throws {TypeError} when the name is empty, `gap`, or not one line.
   */
  publish(event: string, data: string): void {
    if (!/^[^\r\n]+$/.test(event) || event === "gap") {
      throw new TypeError(
        `Cannot publish: the name is ${
          JSON.stringify(event)
        }, it must be one line and not "gap"`,
      );
    }
    if (this.#isClosed) return;
    const id = `${this.#name}-${this.#log.end + 1}`;
    this.#log.add(encodeEvent(event, data, id));
    for (const client of this.#clients) client.flush();
  }

  /**
   * Answers a request with the stream, until the body is cancelled, as
   * `Deno.serve` does when the client goes, or the stream is closed. 503 when
   * there are too many clients, or it is closed.
   */
  respond(request: Request): Response {
    if (this.#isClosed || this.#clients.size >= this.#maxClients) {
      if (!this.#isClosed) this.#refused++;
      return new Response("There are too many clients\n", {
        status: 503,
        headers: { "cache-control": "no-store", "retry-after": "5" },
      });
    }
    const client = new EventClient({
      log: this.#log,
      chunkBytes: this.#chunkBytes,
      retryMs: this.#retryMs,
      from: this.#positionOf(lastEventId(request)),
      left: (client) => this.#left(client),
    });
    this.#clients.add(client);
    if (this.#clients.size === 1) this.#beat();
    return new Response(client.body, { headers: HEADERS });
  }

  /** Gives all clients what they have not got yet, and ends. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const client of [...this.#clients]) client.close();
  }

  /** The number of the event after the one with an id; `null` if it is of another stream. */
  #positionOf(id: string | null): number | null {
    if (id === null || id === "") return this.#log.end;
    if (id === "0") return 0;
    const match = /^([0-9a-f]{8})-([1-9]\d{0,14})$/.exec(id);
    const number = Number(match?.[2]);
    const isOurs = match?.[1] === this.#name && number <= this.#log.end;
    return isOurs ? number : null;
  }

  #left(client: EventClient): void {
    if (!this.#clients.delete(client)) return;
    this.#skippedByGone += client.skipped;
    if (this.#clients.size > 0) return;
    this.#heartbeat?.cancel();
    this.#heartbeat = undefined;
  }

  #beat(): void {
    this.#heartbeat = this.#clock.schedule(this.#heartbeatMs, () => {
      for (const client of this.#clients) client.heartbeat();
      if (this.#clients.size > 0) this.#beat();
    });
  }
}

/** A browser that comes back says in the header what is newer. */
function lastEventId(request: Request): string | null {
  return request.headers.get("last-event-id") ??
    URL.parse(request.url)?.searchParams.get("lastEventId") ?? null;
}
