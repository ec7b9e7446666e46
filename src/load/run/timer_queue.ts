/**
 * Many timeouts on one timer of the clock: think times would cost the event
 * loop a timer each, and each of those a microsecond or two.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";

interface Entry<T> {
  readonly atMs: number;
  readonly item: T;
}

/** Calls back for each item when its time has come, in order of time. */
export class TimerQueue<T> implements Disposable {
  readonly #clock: Clock;
  readonly #onDue: (item: T, atMs: number) => void;
  /** A binary heap: none is due before its parent, at half its index. */
  readonly #heap: Entry<T>[] = [];
  #timer: Timer | undefined;
  #armedFor = Infinity;

  /** Creates an empty queue; times are those of the clock. */
  constructor(clock: Clock, onDue: (item: T, atMs: number) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Adds an item; one whose time has passed is due at once. */
  add(atMs: number, item: T): void {
    const heap = this.#heap;
    const entry = { atMs, item };
    let index = heap.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as Entry<T>;
      if (parent.atMs <= atMs) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
    if (index === 0) this.#arm();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.atMs >= this.#armedFor) return;
    this.#timer?.cancel();
    this.#armedFor = first.atMs;
    this.#timer = this.#clock.schedule(
      // Timers take whole milliseconds: rounded down, it would be too early.
      Math.max(0, Math.ceil(first.atMs - this.#clock.now())),
      () => this.#fire(),
    );
  }

  #fire(): void {
    const now = this.#clock.now();
    // The timer is set once, after all items that are due.
    this.#armedFor = -Infinity;
    let first: Entry<T> | undefined;
    while ((first = this.#heap[0]) !== undefined && first.atMs <= now) {
      this.#removeFirst();
      this.#onDue(first.item, first.atMs);
    }
    this.#timer = undefined;
    this.#armedFor = Infinity;
    this.#arm();
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    while (true) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      if (child === undefined) break;
      const other = heap[childIndex + 1];
      if (other !== undefined && other.atMs < child.atMs) {
        child = other;
        childIndex++;
      }
      if (child.atMs >= last.atMs) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }

  /** Removes all items. */
  [Symbol.dispose](): void {
    this.#heap.length = 0;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedFor = Infinity;
  }
}
