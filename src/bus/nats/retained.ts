/**
 * What subjects have retained, kept by a stream of the bus. A value that is
 * retained goes two ways, one behind the other: to the stream, then to all who
 * subscribe. Both copies have the same mark.
 *
 * Whoever subscribes reads the stream after the server knows its subscription,
 * so a value is in the stream, or comes live, or both; the mark shows which.
 *
 * @module
 */
import { headers, type Msg, nuid } from "@nats-io/transport-node";
import type { Delivery } from "../delivery/delivery.ts";
import { Incoming } from "../delivery/incoming.ts";
import { SlowSubscriberError } from "../errors.ts";
import { Payload } from "../payload.ts";
import { BusInterruptedError } from "./errors.ts";
import { headerOf } from "./message_headers.ts";
import type { OwnStream } from "./own_stream.ts";
import type { Uplink } from "./uplink.ts";

/** The header of both copies of a value that is retained. */
const MARK = "Troupe-Retained";
/**
 * Milliseconds after which the live copy of a value has come, if it comes: its
 * publisher has sent it right behind the other.
 */
const LIVE_COPY_MS = 60_000;
/** Live messages that wait for what was retained before them, and their bytes. */
const MAX_WAITING = 100_000;
const MAX_WAITING_BYTES = 67_108_864;

/** The values that subjects have retained. */
export class Retained {
  readonly #stream: OwnStream;
  readonly #uplink: Uplink;
  readonly #id = nuid.next();
  #last = 0;

  constructor(stream: OwnStream, uplink: Uplink) {
    this.#stream = stream;
    this.#uplink = uplink;
  }

  /** Publishes a value, and keeps it as the last one of its subject. */
  async publish(
    subject: string,
    bytes: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const mark = headers();
    mark.set(MARK, `${this.#id}.${++this.#last}`);
    const options = { headers: mark };
    const kept = this.#stream.keep(subject, bytes, mark);
    kept.catch(() => {});
    const sent = this.#uplink.send(subject, bytes, options, signal);
    await Promise.all([kept, sent]);
  }

  /** Forgets the value of a subject. */
  clear(subject: string): Promise<void> {
    return this.#stream.forget(subject);
  }

  /** Returns what a subscription has to be given first. */
  async read(pattern: string): Promise<ReadonlyMap<string, Msg>> {
    const found = new Map<string, Msg>();
    for (const message of await this.#stream.read(pattern)) {
      found.set(this.#stream.entryOf(message.subject), message);
    }
    // The live copies of what was found have come by then.
    if (found.size > 0) await flushed(this.#uplink);
    return found;
  }
}

/** Resolves when the server has all that was sent, over whatever connection. */
export async function flushed(uplink: Uplink): Promise<void> {
  for (;;) {
    try {
      return await uplink.flush();
    } catch (error) {
      if (!(error instanceof BusInterruptedError)) throw error;
    }
  }
}

/** Gives a subscription the retained values first, and each value once. */
export class RetainedFirst<T, R> {
  readonly #delivery: Delivery<T, R>;
  #waiting: { message: Msg; incoming: Incoming }[] | undefined = [];
  #waitingBytes = 0;
  /** The marks of values that may come live as well, by their subject. */
  readonly #seen = new Map<string, string>();
  #seenUntil = 0;

  constructor(delivery: Delivery<T, R>) {
    this.#delivery = delivery;
  }

  /** Takes a live message. */
  offer(message: Msg, incoming: Incoming): void {
    if (this.#waiting === undefined) {
      if (!this.#isSeen(message)) this.#delivery.offer(incoming);
      return;
    }
    this.#waitingBytes += incoming.bytes;
    const count = this.#waiting.push({ message, incoming });
    if (count > MAX_WAITING || this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#waiting = undefined;
      this.#delivery.fail(
        new SlowSubscriberError(
          `Cannot deliver on ${this.#delivery.pattern}: ${count} messages have come before the server sent what was retained`,
        ),
      );
    }
  }

  /** Takes what was retained when the subscription began. */
  begin(retained: ReadonlyMap<string, Msg>): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#seenUntil = performance.now() + LIVE_COPY_MS;
    const first = firstMarks(waiting.map(({ message }) => message));
    for (const [subject, message] of retained) {
      const mark = markOf(message);
      if (comesLive(mark, first.get(subject))) continue;
      this.#seen.set(subject, mark);
      this.#delivery.offer(
        new Incoming(subject, Payload.from(message.data), {
          bytes: message.data.length,
          isRetained: true,
        }),
      );
    }
    for (const { message, incoming } of waiting) {
      if (!this.#isSeen(message)) this.#delivery.offer(incoming);
    }
  }

  /** Whether a live message is a value that was among the retained ones. */
  #isSeen(message: Msg): boolean {
    if (this.#seen.size === 0) return false;
    if (performance.now() > this.#seenUntil) this.#seen.clear();
    const mark = this.#seen.get(message.subject);
    if (mark === undefined || mark !== markOf(message)) return false;
    this.#seen.delete(message.subject);
    return true;
  }
}

/** The first mark of each publisher on each subject, by their names. */
type FirstMarks = ReadonlyMap<string, ReadonlyMap<string, number>>;

function firstMarks(live: readonly Msg[]): FirstMarks {
  const first = new Map<string, Map<string, number>>();
  for (const message of live) {
    const [publisher, number] = partsOf(markOf(message));
    if (publisher === "") continue;
    const marks = first.get(message.subject) ?? new Map<string, number>();
    first.set(message.subject, marks);
    if (!marks.has(publisher)) marks.set(publisher, number);
  }
  return first;
}

/**
 * Whether a value comes live, or has come: its publisher's messages do so in
 * order, and one that is no later has.
 */
function comesLive(
  mark: string,
  first: ReadonlyMap<string, number> | undefined,
): boolean {
  const [publisher, number] = partsOf(mark);
  return (first?.get(publisher) ?? Infinity) <= number;
}

function partsOf(mark: string): [publisher: string, number: number] {
  const [publisher = "", number] = mark.split(".");
  return [publisher, Number(number)];
}

function markOf(message: Msg): string {
  return headerOf(message, MARK);
}
