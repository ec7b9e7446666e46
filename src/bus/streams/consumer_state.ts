/**
 * The decisions of a consumer, without a stream, a clock or readers: which
 * messages are with a reader, which are to come again, and which are given up.
 *
 * ```
 *   new ──deliver──▶ out ──settle──▶ done
 *                    │ ▲
 *      nak, overdue, │ │ deliver
 *       reader gone  ▼ │
 *                  ready, delayed        (or dead after `maxDeliveries`)
 * ```
 *
 * Messages up to the cursor that are in none of these states are done with.
 *
 * @module
 */
import type { ConsumerChange, ConsumerPosition } from "./store.ts";

/** What the decisions depend on. */
export interface ConsumerLimits {
  readonly ackWaitMs: number;
  readonly maxDeliveries: number;
  readonly maxPendingAcks: number;
  /** Whether a store is to know the state. */
  readonly isKept: boolean;
}

/** A message that was delivered, or is owed, and is not done with. */
export interface Pending {
  readonly sequence: number;
  /** How often it has come. */
  deliveries: number;
  /** Who has it, while somebody has. */
  reader: object | undefined;
  /** When it comes again, while it waits for that. */
  dueMs: number;
}

/** A message that does not come again, and why. */
export interface Dead {
  readonly sequence: number;
  readonly deliveries: number;
  readonly reason: string;
}

/** What becomes of a message that is not done with yet. */
type Place = "out" | "ready" | "delayed" | "dead";

/** The state of one consumer. */
export class ConsumerState {
  readonly #limits: ConsumerLimits;
  #cursor: number;
  #redelivered: number;
  #gap: number;
  /** With a reader; the one that is due first is the first. */
  readonly #out = new Map<number, Pending>();
  /** To be delivered again, in this order. */
  readonly #ready = new Map<number, Pending>();
  /** Refused for a while; few, so they are in no order. */
  readonly #delayed = new Map<number, Pending>();
  readonly #dead = new Map<number, Pending>();
  /** Came as often as they may, and nobody has been notified. */
  readonly #worn: Pending[] = [];
  /** Owed from the start, and never delivered so far. */
  #owed = 0;
  /** Numbers of which the store may not know what the state is. */
  readonly #changed = new Set<number>();
  /** Numbers that the store has as not done with. */
  readonly #stored = new Set<number>();
  #isChanged = false;
  /** The highest number that is done with. */
  #settledSequence: number;
  /** Whether the store is to know how often each message came. */
  #savesAll: boolean;

  constructor(limits: ConsumerLimits, position: ConsumerPosition) {
    this.#limits = limits;
    this.#cursor = position.cursor;
    this.#settledSequence = position.cursor;
    this.#savesAll = limits.maxDeliveries !== Infinity;
    this.#redelivered = position.redelivered;
    this.#gap = position.gap;
  }

  /** All messages above this number are new. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Messages that came more than once so far. */
  get redelivered(): number {
    return this.#redelivered;
  }

  /** Messages that were delivered, and are not done with. */
  get pendingAcks(): number {
    return this.#unsettled - this.#owed;
  }

  get #unsettled(): number {
    return this.#out.size + this.#ready.size + this.#delayed.size +
      this.#dead.size;
  }

  /** Messages that wait for their first delivery although the cursor is past. */
  get owed(): number {
    return this.#owed;
  }

  /** The number up to which all messages are done with. */
  get ackFloor(): number {
    let floor = this.#cursor + 1;
    for (const place of [this.#out, this.#ready, this.#delayed, this.#dead]) {
      for (const sequence of place.keys()) floor = Math.min(floor, sequence);
    }
    return floor - 1;
  }

  /** Whether a message that has not come yet may be delivered. */
  get mayDeliver(): boolean {
    return this.pendingAcks < this.#limits.maxPendingAcks;
  }

  /** The number of the message that is to be delivered again next, if any. */
  get nextReady(): number | undefined {
    for (const [sequence, { deliveries }] of this.#ready) {
      if (deliveries > 0 || this.mayDeliver) return sequence;
    }
    return undefined;
  }

  /** When something is due next, `Infinity` if nothing is. */
  get dueMs(): number {
    let due = Infinity;
    for (const { dueMs } of this.#out.values()) {
      due = dueMs;
      break;
    }
    for (const { dueMs } of this.#delayed.values()) due = Math.min(due, dueMs);
    return due;
  }

  /** Whether the message is not done with, or is still to come. */
  needs(sequence: number): boolean {
    return sequence > this.#cursor || this.#placeOf(sequence) !== undefined;
  }

  /** Owes messages up to the cursor, as they were not done with before. */
  owe(messages: Iterable<readonly [number, number]>, isStored: boolean): void {
    for (const [sequence, deliveries] of messages) {
      const entry = { sequence, deliveries, reader: undefined, dueMs: 0 };
      if (isStored) this.#stored.add(sequence);
      else this.#change(sequence);
      if (deliveries === 0) this.#owed++;
      this.#again(entry, 0);
    }
  }

  /** Lets the store know of where it begins, although nothing has come. */
  begin(): void {
    this.#isChanged = this.#limits.isKept;
  }

  /** How far it has come, as the store is to know it. */
  get position(): ConsumerPosition {
    return {
      cursor: this.#savedCursor,
      gap: this.#gap,
      redelivered: this.#redelivered,
    };
  }

  /** Adds messages that were removed before they came to the next gap. */
  addGap(messages: number): void {
    this.#gap += messages;
    this.#isChanged = this.#limits.isKept;
  }

  /** Passes messages that do not match, or that nobody wants any more. */
  skipTo(sequence: number): void {
    if (sequence > this.#cursor) this.#cursor = sequence;
  }

  /** Takes a message that is new; returns the gap before it. */
  deliver(sequence: number, reader: object, nowMs: number): number {
    const gap = this.#gap;
    this.#gap = 0;
    this.#cursor = sequence;
    const dueMs = nowMs + this.#limits.ackWaitMs;
    this.#out.set(sequence, { sequence, deliveries: 1, reader, dueMs });
    this.#change(sequence);
    return gap;
  }

  /** Takes a message again; returns how often it has come. */
  deliverAgain(sequence: number, reader: object, nowMs: number): number {
    const entry = this.#ready.get(sequence);
    if (entry === undefined) return 0;
    this.#ready.delete(sequence);
    if (entry.deliveries === 0) this.#owed--;
    else this.#redelivered++;
    entry.deliveries++;
    entry.reader = reader;
    entry.dueMs = nowMs + this.#limits.ackWaitMs;
    this.#out.set(sequence, entry);
    this.#change(sequence);
    return entry.deliveries;
  }

  /** Whether a reader has the message by that delivery. */
  isOut(sequence: number, deliveries: number, reader: object): boolean {
    const entry = this.#out.get(sequence);
    return entry?.deliveries === deliveries && entry.reader === reader;
  }

  /** Is done with a message, whatever its state is. */
  settle(sequence: number): void {
    const place = this.#placeOf(sequence);
    if (place === undefined) return;
    const entries = this.#entries(place);
    if (entries.get(sequence)?.deliveries === 0) this.#owed--;
    entries.delete(sequence);
    this.#settledSequence = Math.max(this.#settledSequence, sequence);
    this.#change(sequence);
  }

  /** Gives a message back, to come again when it is due. */
  refuse(sequence: number, dueMs: number, nowMs: number): void {
    const entry = this.#out.get(sequence);
    if (entry === undefined) return;
    this.#out.delete(sequence);
    this.#again(entry, dueMs > nowMs ? dueMs : 0);
  }

  /** Begins the wait for an acknowledgement again. */
  extend(sequence: number, nowMs: number): void {
    const entry = this.#out.get(sequence);
    if (entry === undefined) return;
    // Last in the order of what is due.
    this.#out.delete(sequence);
    entry.dueMs = nowMs + this.#limits.ackWaitMs;
    this.#out.set(sequence, entry);
  }

  /** Gives a message up. */
  giveUp(sequence: number): Dead | undefined {
    const entry = this.#out.get(sequence);
    if (entry === undefined) return undefined;
    this.#out.delete(sequence);
    entry.reader = undefined;
    this.#dead.set(sequence, entry);
    return { sequence, deliveries: entry.deliveries, reason: "terminated" };
  }

  /** Lets what was with a reader come again, as it has gone. */
  readerGone(reader: object): void {
    const entries = [...this.#out.values()].filter((entry) =>
      entry.reader === reader
    );
    entries.sort((one, other) => one.sequence - other.sequence);
    for (const entry of entries) {
      this.#out.delete(entry.sequence);
      this.#again(entry, 0);
    }
  }

  /** Lets what is due come again. */
  pass(nowMs: number): void {
    for (const entry of this.#out.values()) {
      if (entry.dueMs > nowMs) break;
      this.#out.delete(entry.sequence);
      this.#again(entry, 0);
    }
    for (const entry of this.#delayed.values()) {
      if (entry.dueMs > nowMs) continue;
      this.#delayed.delete(entry.sequence);
      this.#again(entry, 0);
    }
  }

  /** Returns what came as often as it may, once for each. */
  takeDead(): readonly Dead[] {
    return this.#worn.splice(0).map(({ sequence, deliveries }) => ({
      sequence,
      deliveries,
      reason: "max_deliveries",
    }));
  }

  #again(entry: Pending, dueMs: number): void {
    entry.reader = undefined;
    entry.dueMs = dueMs;
    const { sequence, deliveries } = entry;
    if (deliveries >= this.#limits.maxDeliveries) {
      this.#dead.set(sequence, entry);
      this.#worn.push(entry);
    } else if (dueMs > 0) this.#delayed.set(sequence, entry);
    else this.#ready.set(sequence, entry);
  }

  #placeOf(sequence: number): Place | undefined {
    if (this.#out.has(sequence)) return "out";
    if (this.#ready.has(sequence)) return "ready";
    if (this.#delayed.has(sequence)) return "delayed";
    return this.#dead.has(sequence) ? "dead" : undefined;
  }

  #entries(place: Place): Map<number, Pending> {
    switch (place) {
      case "out":
        return this.#out;
      case "ready":
        return this.#ready;
      case "delayed":
        return this.#delayed;
      case "dead":
        return this.#dead;
    }
  }

  #change(sequence: number): void {
    if (!this.#limits.isKept) return;
    this.#changed.add(sequence);
    this.#isChanged = true;
  }

  /** Lets the store know how often each message came, as the process ends. */
  saveAll(): void {
    this.#savesAll = true;
    this.#isChanged = this.#limits.isKept;
  }

  /**
   * Up to where the store has to know what is not done with. What is above is
   * new after a crash: with acknowledgements in order, a message that came and
   * was acknowledged is never written.
   */
  get #savedCursor(): number {
    return this.#savesAll || this.#unsettled === 0
      ? this.#cursor
      : this.#settledSequence;
  }

  /** Returns what the store does not know yet, or nothing if it knows all. */
  changes(): ConsumerChange | undefined {
    if (!this.#isChanged) return undefined;
    const { cursor } = this.position;
    const saved: (readonly [number, number])[] = [];
    const removed: number[] = [];
    for (const sequence of this.#changed) {
      const place = this.#placeOf(sequence);
      const entry = place && this.#entries(place).get(sequence);
      if (entry === undefined) {
        if (this.#stored.has(sequence)) removed.push(sequence);
      } else if (sequence <= cursor) saved.push([sequence, entry.deliveries]);
    }
    return { ...this.position, saved, removed };
  }

  /** The store has what {@linkcode changes} returned, and nothing came since. */
  stored(change: ConsumerChange): void {
    for (const [sequence] of change.saved) this.#stored.add(sequence);
    for (const sequence of change.removed) this.#stored.delete(sequence);
    this.#isChanged = false;
    this.#settledSequence = Math.max(this.#settledSequence, change.cursor);
    if (change.cursor === this.#cursor) return this.#changed.clear();
    for (const sequence of this.#changed) {
      if (sequence <= change.cursor || this.#placeOf(sequence) === undefined) {
        this.#changed.delete(sequence);
      }
    }
  }
}
