/**
 * Many deadlines on few timers. Deadlines of the same duration expire in the
 * order in which they were added, so one list and one timer for each duration
 * are enough. Adding and removing take constant time and do not touch the
 * timers of the event loop, which cost a microsecond each.
 *
 * @module
 */
import type { Clock, Timer } from "./clock.ts";

/** Something that may wait for a deadline; it contains its own list links. */
export abstract class Deadline {
  /** The list that this is in, set by {@linkcode Deadlines}. */
  list: DeadlineList | undefined;
  /** The neighbour that expires earlier. */
  previous: Deadline | undefined;
  /** The neighbour that expires later. */
  next: Deadline | undefined;
  /** The moment of expiry, on the clock of the system. */
  expiresAt = 0;

  /** Called once when the deadline passes. */
  abstract expire(): void;
}

class DeadlineList {
  readonly #clock: Clock;
  readonly #durationMs: number;
  #first: Deadline | undefined;
  #last: Deadline | undefined;
  #timer: Timer | undefined;
  #firing = false;
  /** The entry that was repeated last: the next one belongs near it. */
  #repeated: Deadline | undefined;

  constructor(clock: Clock, durationMs: number) {
    this.#clock = clock;
    this.#durationMs = durationMs;
  }

  get idle(): boolean {
    return this.#timer === undefined && this.#first === undefined &&
      !this.#firing;
  }

  add(entry: Deadline): void {
    entry.list = this;
    entry.expiresAt = this.#clock.now() + this.#durationMs;
    entry.previous = this.#last;
    if (this.#last === undefined) {
      this.#first = entry;
      if (this.#timer === undefined) this.#arm(this.#durationMs);
      else this.#timer.ref();
    } else this.#last.next = entry;
    this.#last = entry;
  }

  /**
   * Adds an entry again that expires now. Its next moment counts from the one
   * that has passed, so that it keeps its phase however late the timer is; the
   * moments that have been missed are left out.
   */
  repeat(entry: Deadline): void {
    const now = this.#clock.now();
    const ms = this.#durationMs;
    const due = entry.expiresAt;
    const next = due + ms * Math.max(1, Math.ceil((now - due) / ms));
    // A moment that is exactly now has been missed, too; and an interval may be
    // shorter than the clock can tell.
    entry.expiresAt = next > now ? next : now + Math.max(ms, 1e-3);
    this.#insert(entry);
  }

  /** Adds an entry behind those that expire before it, or with it. */
  #insert(entry: Deadline): void {
    const { expiresAt } = entry;
    let previous = this.#last;
    const near = this.#repeated;
    if (
      near !== undefined && previous !== undefined &&
      expiresAt - near.expiresAt < previous.expiresAt - expiresAt
    ) previous = near;
    while (previous !== undefined && previous.expiresAt > expiresAt) {
      previous = previous.previous;
    }
    let next = previous === undefined ? this.#first : previous.next;
    while (next !== undefined && next.expiresAt <= expiresAt) {
      previous = next;
      next = next.next;
    }
    entry.list = this;
    entry.previous = previous;
    entry.next = next;
    if (previous === undefined) this.#first = entry;
    else previous.next = entry;
    if (next === undefined) this.#last = entry;
    else next.previous = entry;
    this.#repeated = entry;
  }

  remove(entry: Deadline): void {
    if (entry.previous === undefined) this.#first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#last = entry.previous;
    else entry.next.previous = entry.previous;
    if (this.#repeated === entry) this.#repeated = entry.previous;
    entry.list = entry.previous = entry.next = undefined;
    // The timer stays set for the next entry, but lets the process exit.
    if (this.#first === undefined) this.#timer?.unref();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (let entry = this.#first; entry !== undefined; entry = this.#first) {
      this.remove(entry);
      entry.expire();
    }
  }

  #arm(delayMs: number): void {
    // While it fires, the timer for what is left then is set at the end.
    if (this.#firing || delayMs === Infinity) return;
    this.#timer = this.#clock.schedule(delayMs, () => this.#fire());
  }

  #fire(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    this.#firing = true;
    try {
      for (let entry = this.#first; entry !== undefined; entry = this.#first) {
        if (entry.expiresAt > now) break;
        this.remove(entry);
        entry.expire();
      }
    } finally {
      this.#firing = false;
      if (this.#first !== undefined) this.#arm(this.#first.expiresAt - now);
    }
  }
}

/** Lists kept for durations for which nothing waits at the moment. */
const KEPT_LISTS = 64;

/** All deadlines of a system. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #lists = new Map<number, DeadlineList>();
  #maxLists = KEPT_LISTS;
  /** Whether the system has shut down, so that nothing waits any more. */
  closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Starts a deadline. One of `Infinity` sets no timer, and expires when the
   * system has shut down; a call after that does nothing.
   */
  add(entry: Deadline, durationMs: number): void {
    if (this.closed) return;
    this.#listOf(durationMs).add(entry);
  }

  /**
   * Starts a deadline again that expires now: `durationMs` after the moment at
   * which it was due, or a multiple of that if the clock is past it already.
   */
  repeat(entry: Deadline, durationMs: number): void {
    if (this.closed || durationMs === Infinity) return;
    this.#listOf(durationMs).repeat(entry);
  }

  #listOf(durationMs: number): DeadlineList {
    let list = this.#lists.get(durationMs);
    if (list === undefined) {
      if (this.#lists.size >= this.#maxLists) this.#forgetIdle();
      list = new DeadlineList(this.#clock, durationMs);
      this.#lists.set(durationMs, list);
    }
    return list;
  }

  /** Ends a deadline early; does nothing if it is not started. */
  remove(entry: Deadline): void {
    entry.list?.remove(entry);
  }

  /**
   * Expires all deadlines and ends all timers, when the system has shut down.
   */
  close(): void {
    this.closed = true;
    for (const list of this.#lists.values()) list.close();
    this.#lists.clear();
  }

  #forgetIdle(): void {
    for (const [durationMs, list] of this.#lists) {
      if (list.idle) this.#lists.delete(durationMs);
    }
    // Not again before as many have been added as are left, so that adding is
    // cheap.
    this.#maxLists = Math.max(KEPT_LISTS, 2 * this.#lists.size);
  }
}
