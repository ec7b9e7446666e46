/**
 * A growable ring buffer: the queue under mailboxes and the run queue.
 * Push and shift cost a few nanoseconds and allocate only when it grows.
 *
 * @module
 */

/** Slots kept after a burst has drained; a larger store is released. */
const KEPT_SLOTS = 1024;

/** A first-in first-out queue over an array whose size is a power of two. */
export class Ring<T> {
  #slots: (T | undefined)[] = [];
  #head = 0;
  /** How many items wait. */
  length = 0;

  /** Appends an item. */
  push(item: T): void {
    if (this.length === this.#slots.length) this.grow();
    this.#slots[(this.#head + this.length++) & (this.#slots.length - 1)] = item;
  }

  /** Removes and returns the oldest item, or `undefined` when empty. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const slots = this.#slots;
    const item = slots[this.#head];
    slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (slots.length - 1);
    if (--this.length === 0 && slots.length > KEPT_SLOTS) {
      this.#slots = [];
      this.#head = 0;
    }
    return item;
  }

  /** Adds an item in front of the oldest. */
  unshift(item: T): void {
    if (this.length === this.#slots.length) this.grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = item;
    this.length++;
  }

  /** Swaps the item at `index`, from 0 for the oldest, with the oldest. */
  promote(index: number): void {
    if (!(index >= 0 && index < this.length)) {
      throw new RangeError(
        `Cannot promote: index is ${index}, of ${this.length} items`,
      );
    }
    const mask = this.#slots.length - 1;
    const at = (this.#head + index) & mask;
    const item = this.#slots[at];
    this.#slots[at] = this.#slots[this.#head];
    this.#slots[this.#head] = item;
  }

  /** Removes every occurrence of an item. */
  remove(item: T): void {
    for (let left = this.length; left > 0; left--) {
      const other = this.shift() as T;
      if (other !== item) this.push(other);
    }
  }

  /** The oldest item, left in place. */
  peek(): T | undefined {
    return this.length === 0 ? undefined : this.#slots[this.#head];
  }

  private grow(): void {
    const old = this.#slots;
    const next = new Array<T | undefined>(Math.max(4, old.length * 2));
    next.fill(undefined);
    for (let i = 0; i < this.length; i++) {
      next[i] = old[(this.#head + i) & (old.length - 1)];
    }
    this.#slots = next;
    this.#head = 0;
  }
}
