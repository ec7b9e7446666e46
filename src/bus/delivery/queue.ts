/**
 * The queue of one subscription: what it does with one more message when it is
 * full, and how many were dropped before each. Without I/O and without time.
 *
 * @module
 */
import { Ring } from "../../actor/internal.ts";
import type { SubscriptionOverflow } from "../subscription.ts";
import { KeptBuffers } from "./kept_buffers.ts";

/** What a queue holds. */
export interface QueueEntry {
  /** The subject of the message. */
  readonly subject: string;
  /** What it counts towards `maxBytes`. */
  readonly bytes: number;
  /** Messages before this one that were dropped elsewhere. */
  readonly gap: number;
  /** The buffer that it keeps, which may be larger than the message. */
  readonly buffer?: ArrayBufferLike | undefined;
  /** Called when it is to keep no more than the message. */
  compact?(): void;
}

/** The bounds of a queue, and what it does at them. */
export interface QueueOptions {
  /** Messages that have room. */
  readonly maxMessages: number;
  /** Bytes that have room; one message of any size has. */
  readonly maxBytes: number;
  /** What is done with one more. */
  readonly overflow: SubscriptionOverflow;
}

/**
 * What became of a message: it is in the queue; it is there, beyond its bounds,
 * and whoever has published it should wait; it was dropped; or there was no room
 * and the policy is to end, so that it and all that waited were dropped.
 */
export type Offered = "taken" | "waiting" | "dropped" | "refused";

/** A first-in first-out queue with bounds in messages and bytes. */
export interface DeliveryQueue<E extends QueueEntry> {
  /** Messages in the queue, within its bounds and beyond. */
  readonly length: number;
  /** Those beyond its bounds, which are the last ones. */
  readonly waiting: number;
  /** Messages that were dropped so far, here or before they came. */
  readonly dropped: number;
  /** Whether nothing is in it, and the next message would have no gap. */
  readonly owesNothing: boolean;
  /** Adds a message, or does what the policy says. */
  offer(entry: E): Offered;
  /** Removes and returns the oldest message. */
  shift(): E | undefined;
  /** Messages that were dropped right before the one that was shifted last. */
  readonly gap: number;
  /** Adds to the gap of the next message that is shifted. */
  addGap(count: number): void;
  /** Drops all messages without counting them, and lets nobody wait. */
  clear(): void;
}

/**
 * Returns an empty queue.
 *
 * @param admitted Called with each message that was beyond the bounds, when it
 * is within them.
 */
export function deliveryQueue<E extends QueueEntry>(
  options: QueueOptions,
  admitted: (entry: E) => void,
): DeliveryQueue<E> {
  return options.overflow === "latest"
    ? new LatestQueue(options)
    : new FifoQueue(options, admitted);
}

/** Returns how many were dropped before an entry came; none if nobody knows. */
function droppedElsewhere({ gap }: QueueEntry): number {
  return gap === Infinity ? 0 : gap;
}

/** Messages that were dropped right before an entry. */
interface Gap {
  readonly at: number;
  readonly count: number;
}

/** The policies `drop_oldest`, `drop_newest`, `wait` and `disconnect`. */
class FifoQueue<E extends QueueEntry> implements DeliveryQueue<E> {
  readonly #options: QueueOptions;
  readonly #admitted: (entry: E) => void;
  readonly #entries = new Ring<E>();
  /** Beyond the bounds; with the policy `wait` alone. */
  readonly #beyond = new Ring<E>();
  readonly #buffers = new KeptBuffers();
  #bytes = 0;
  /** Dropped before the oldest entry. */
  #gapBefore = 0;
  /** Dropped after the newest entry. */
  #gapAfter = 0;
  /** What was dropped between entries, by the number of the later one. */
  #gaps: Ring<Gap> | undefined;
  /** The number of the next entry that is taken. */
  #tail = 0;
  dropped = 0;
  gap = 0;

  constructor(options: QueueOptions, admitted: (entry: E) => void) {
    this.#options = options;
    this.#admitted = admitted;
  }

  get length(): number {
    return this.#entries.length + this.#beyond.length;
  }

  get waiting(): number {
    return this.#beyond.length;
  }

  get owesNothing(): boolean {
    return this.length === 0 && this.#gapBefore === 0 && this.#gapAfter === 0;
  }

  offer(entry: E): Offered {
    if (entry.gap !== 0) this.dropped += droppedElsewhere(entry);
    if (this.#beyond.length === 0 && this.#hasRoom(entry)) {
      return this.#take(entry);
    }
    switch (this.#options.overflow) {
      case "wait":
        this.#buffers.take(entry, this.length);
        this.#beyond.push(entry);
        return "waiting";
      case "drop_newest":
        this.dropped++;
        this.#gapAfter += entry.gap + 1;
        return "dropped";
      case "disconnect":
        this.dropped += this.#entries.length + 1;
        this.clear();
        return "refused";
      default:
        while (!this.#hasRoom(entry)) this.#dropOldest();
        return this.#take(entry);
    }
  }

  shift(): E | undefined {
    const entry = this.#entries.shift();
    if (entry === undefined) return undefined;
    this.#bytes -= entry.bytes;
    this.gap = entry.gap + this.#gapBefore;
    this.#gapBefore = 0;
    if (this.#gaps !== undefined) this.gap += this.#gapOf(this.#gaps);
    if (this.#beyond.length > 0) this.#admit();
    return entry;
  }

  addGap(count: number): void {
    this.#gapBefore += count;
  }

  clear(): void {
    while (this.#entries.shift() !== undefined);
    this.#bytes = 0;
    for (let entry; (entry = this.#beyond.shift()) !== undefined;) {
      this.#admitted(entry);
    }
  }

  #hasRoom(entry: E): boolean {
    const { length } = this.#entries;
    return length === 0 || (length < this.#options.maxMessages &&
      this.#bytes + entry.bytes <= this.#options.maxBytes);
  }

  #take(entry: E): Offered {
    if (this.#gapAfter > 0) {
      this.#gaps ??= new Ring();
      this.#gaps.push({ at: this.#tail, count: this.#gapAfter });
      this.#gapAfter = 0;
    }
    this.#tail++;
    this.#bytes += entry.bytes;
    // What was beyond the bounds has been looked at before.
    if (this.#beyond.length === 0) this.#buffers.take(entry, this.length);
    this.#entries.push(entry);
    return "taken";
  }

  /** Returns what was dropped before the entry that has left the queue. */
  #gapOf(gaps: Ring<Gap>): number {
    const next = gaps.peek();
    const at = this.#tail - this.#entries.length - 1;
    if (next?.at !== at) return 0;
    gaps.shift();
    return next.count;
  }

  #dropOldest(): void {
    const oldest = this.#entries.shift() as E;
    this.#bytes -= oldest.bytes;
    this.#gapBefore += oldest.gap + 1;
    this.dropped++;
  }

  #admit(): void {
    let entry = this.#beyond.peek();
    while (entry !== undefined && this.#hasRoom(entry)) {
      this.#beyond.shift();
      this.#take(entry);
      this.#admitted(entry);
      entry = this.#beyond.peek();
    }
  }
}

/** The newest message of a subject, and what was dropped before it. */
interface Newest<E> {
  entry: E;
  gap: number;
}

/**
 * The policy `latest`: one message for each subject, which keeps the place of
 * the one that it replaces, so that no subject waits for ever behind others.
 */
class LatestQueue<E extends QueueEntry> implements DeliveryQueue<E> {
  readonly #options: QueueOptions;
  /** The subjects in order; each is there once. */
  readonly #order = new Ring<string>();
  readonly #newest = new Map<string, Newest<E>>();
  readonly #buffers = new KeptBuffers();
  #bytes = 0;
  #gapBefore = 0;
  dropped = 0;
  gap = 0;
  readonly waiting = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#newest.size;
  }

  get owesNothing(): boolean {
    return this.length === 0 && this.#gapBefore === 0;
  }

  offer(entry: E): Offered {
    this.dropped += droppedElsewhere(entry);
    const { subject, bytes } = entry;
    const newest = this.#newest.get(subject);
    if (newest === undefined) {
      this.#order.push(subject);
      this.#newest.set(subject, { entry, gap: entry.gap });
    } else {
      this.#bytes -= newest.entry.bytes;
      newest.entry = entry;
      newest.gap += entry.gap + 1;
      this.dropped++;
    }
    this.#buffers.take(entry, this.#newest.size);
    this.#bytes += bytes;
    while (this.#isTooFull()) this.#dropOldestBut(subject);
    return "taken";
  }

  shift(): E | undefined {
    const oldest = this.#remove();
    if (oldest === undefined) return undefined;
    this.gap = oldest.gap + this.#gapBefore;
    this.#gapBefore = 0;
    return oldest.entry;
  }

  addGap(count: number): void {
    this.#gapBefore += count;
  }

  clear(): void {
    while (this.#order.shift() !== undefined);
    this.#newest.clear();
    this.#bytes = 0;
  }

  #isTooFull(): boolean {
    const { maxMessages, maxBytes } = this.#options;
    const { size } = this.#newest;
    return size > 1 && (size > maxMessages || this.#bytes > maxBytes);
  }

  #dropOldestBut(subject: string): void {
    // The new message is never the one that is dropped: if it has the first
    // place, it gives that up.
    while (this.#order.peek() === subject) {
      this.#order.shift();
      this.#order.push(subject);
    }
    const oldest = this.#remove();
    if (oldest === undefined) return;
    this.#gapBefore += oldest.gap + 1;
    this.dropped++;
  }

  #remove(): Newest<E> | undefined {
    const subject = this.#order.shift();
    if (subject === undefined) return undefined;
    const newest = this.#newest.get(subject);
    this.#newest.delete(subject);
    this.#bytes -= newest?.entry.bytes ?? 0;
    return newest;
  }
}
