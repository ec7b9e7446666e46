/**
 * One client of an event stream: how far it is, and whether it wants more.
 *
 * @module
 */
import { encodeEvent, type EventLog } from "./event_log.ts";

/** What a client is made of. */
export interface EventClientParts {
  readonly log: EventLog;
  /** Bytes of events that are written as one piece. */
  readonly chunkBytes: number;
  /** Milliseconds after which it is to come back. */
  readonly retryMs: number;
  /** The number of its first event; `null` if nobody knows what it lacks. */
  readonly from: number | null;
  /** Called once, when it is a client no more. */
  left(client: EventClient): void;
}

const encoder = new TextEncoder();
const HEARTBEAT = encoder.encode(":\n\n");

/**
 * A body that takes from the log when it is read, and not before: whoever does
 * not read costs nothing but a number.
 */
export class EventClient {
  /** The body of the answer. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #parts: EventClientParts;
  /** Assigned while the body is constructed, which calls `start`. */
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  /** Said before the next event. */
  #preface: Uint8Array<ArrayBuffer>[];
  /** The number of the next event that it gets. */
  #next: number;
  /** Whether a read waits for something to come. */
  #wants = false;
  #hasEnded = false;
  #skipped = 0;

  /** A client that has been told nothing yet. */
  constructor(parts: EventClientParts) {
    const { log, from, retryMs } = parts;
    this.#parts = parts;
    this.#preface = [encoder.encode(`retry: ${retryMs}\n\n`)];
    // What went by while it was away is not counted: it was not slow.
    this.#next = Math.max(from ?? log.start, log.start);
    if (from === null || from < this.#next) {
      this.#preface.push(gap(from === null ? null : this.#next - from));
    }
    this.body = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => {
        this.#wants = true;
        this.flush();
      },
      cancel: () => this.#end(),
    }, { highWaterMark: 0 });
  }

  /** Events that went by, as it was too slow. */
  get skipped(): number {
    return this.#skipped + Math.max(0, this.#parts.log.start - this.#next);
  }

  /** Gives it what there is, if it waits for that. */
  flush(): void {
    if (!this.#wants) return;
    const pieces = this.#take(this.#parts.chunkBytes);
    if (pieces.length > 0) this.#give(concat(pieces));
  }

  /** Shows an idle connection to be alive; one with data under way is busy. */
  heartbeat(): void {
    if (this.#wants) this.#give(HEARTBEAT);
  }

  /** Gives it all that is left, and ends. */
  close(): void {
    if (this.#hasEnded) return;
    // Not joined: these are the bytes of the log, whoever reads them when.
    for (const piece of this.#take(Infinity)) this.#controller.enqueue(piece);
    this.#controller.close();
    this.#end();
  }

  #give(bytes: Uint8Array<ArrayBuffer>): void {
    this.#wants = false;
    this.#controller.enqueue(bytes);
  }

  #take(maxBytes: number): Uint8Array<ArrayBuffer>[] {
    const { log } = this.#parts;
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
    return pieces.concat(events);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#wants = false;
    this.#hasEnded = true;
    this.#parts.left(this);
  }
}

/** It has no id: who comes back after it comes back with that before it. */
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
