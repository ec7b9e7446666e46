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

  constructor(clock: Clock, durationMs: number) {
    this.#clock = clock;
    this.#durationMs = durationMs;
  }

  get idle(): boolean {
    return this.#timer === undefined && this.#first === undefined;
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

  remove(entry: Deadline): void {
    if (entry.previous === undefined) this.#first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#last = entry.previous;
    else entry.next.previous = entry.previous;
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
    this.#timer = this.#clock.schedule(delayMs, () => this.#fire());
  }

  #fire(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (let entry = this.#first; entry !== undefined; entry = this.#first) {
      if (entry.expiresAt > now) {
        // A callback may have added an entry and armed the timer already.
        if (this.#timer === undefined) this.#arm(entry.expiresAt - now);
        return;
      }
      this.remove(entry);
      entry.expire();
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
   * Starts a deadline; `Infinity` starts none, nor does a call after `close`.
   */
  add(entry: Deadline, durationMs: number): void {
    if (durationMs === Infinity || this.closed) return;
    let list = this.#lists.get(durationMs);
    if (list === undefined) {
      if (this.#lists.size >= this.#maxLists) this.#forgetIdle();
      list = new DeadlineList(this.#clock, durationMs);
      this.#lists.set(durationMs, list);
    }
    list.add(entry);
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
