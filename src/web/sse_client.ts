/**
 * One client of a stream of events: where it is, and whether it waits for
 * more.
 *
 * @module
 */
import type { SseLatest } from "./sse_latest.ts";
import { encodeEvent, type SseLog } from "./sse_log.ts";

/** What a client needs from its stream. */
export interface SseClientPort {
  /** The events of all clients. */
  readonly log: SseLog;
  /** Values of which only the last one matters. */
  readonly latest: SseLatest;
  /** Bytes of events that are written as one piece. */
  readonly chunkBytes: number;
  /** Milliseconds after which the client should reconnect. */
  readonly retryMs: number;
  /** The number of its first event; `null` if nobody knows what it missed. */
  readonly from: number | null;
  /** Whether it gets further events, or its stream ends when it has all. */
  readonly follows: boolean;
  /** Called once, when the client has left or its stream was closed. */
  onEnd(client: SseClient): void;
}

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(":\n\n");

/**
 * A body that takes from the log when it is read, and not before: a client
 * that does not read costs nothing but a number.
 */
export class SseClient {
  /** The body of the response. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #port: SseClientPort;
  /** Assigned while the body is constructed, which calls `start`. */
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  /** Sent before the next event. */
  #preface: Uint8Array<ArrayBuffer>[];
  /** The number of the next event that it gets. */
  #next: number;
  /** The version of the latest values up to which it has them. */
  #seen = 0;
  /** Whether a read waits for the next event. */
  #isWaiting = false;
  #hasEnded = false;
  #skipped = 0;

  /** Creates a client to which nothing was sent yet. */
  constructor(port: SseClientPort) {
    const { log, from, retryMs } = port;
    this.#port = port;
    this.#preface = [encoder.encode(`retry: ${retryMs}\n\n`)];
    // What it missed while it was away is not counted: it was not slow.
    this.#next = Math.max(from ?? log.start, log.start);
    if (from === null || from < this.#next) {
      this.#preface.push(gap(from === null ? null : this.#next - from));
    }
    this.body = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => {
        this.#isWaiting = true;
        this.flush();
      },
      cancel: () => this.#end(),
    }, { highWaterMark: 0 });
  }

  /** Events that it missed because it read too slowly. */
  get skipped(): number {
    return this.#skipped + Math.max(0, this.#port.log.start - this.#next);
  }

  /** Sends the events that there are, if the client waits for some. */
  flush(): void {
    if (!this.#isWaiting) return;
    const pieces = this.#take(this.#port.chunkBytes);
    if (pieces.length > 0) this.#send(concat(pieces));
    else if (!this.#port.follows) this.close();
  }

  /** Keeps an idle connection alive; one that is busy needs nothing. */
  heartbeat(): void {
    if (this.#isWaiting) this.#send(HEARTBEAT);
  }

  /** Sends all that is left, and ends. */
  close(): void {
    if (this.#hasEnded) return;
    // Not joined: these are the bytes of the log, however late they are read.
    for (const piece of this.#take(Infinity)) this.#controller.enqueue(piece);
    this.#controller.close();
    this.#end();
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    this.#isWaiting = false;
    this.#controller.enqueue(bytes);
  }

  #take(maxBytes: number): Uint8Array<ArrayBuffer>[] {
    const { log, latest, follows } = this.#port;
    const pieces = this.#preface;
    this.#preface = [];
    const missed = log.start - this.#next;
    if (missed > 0) {
      this.#skipped += missed;
      this.#next = log.start;
      pieces.push(gap(missed));
    }
    const events = log.read(this.#next, maxBytes);
    this.#next += events.length;
    if (!follows) return pieces.concat(events);
    const values = latest.since(this.#seen);
    this.#seen = latest.version;
    return pieces.concat(events, values);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#isWaiting = false;
    this.#hasEnded = true;
    this.#port.onEnd(this);
  }
}

/** It has no id: a client that reconnects after it uses the id before it. */
function gap(missed: number | null): Uint8Array<ArrayBuffer> {
  return encodeEvent("gap", JSON.stringify({ missed }));
}

function concat(
  pieces: readonly Uint8Array<ArrayBuffer>[],
): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const whole = new Uint8Array(
    pieces.reduce((bytes, piece) => bytes + piece.length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
