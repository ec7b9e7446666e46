/**
 * Work that strangers ask for, in slices: between two of them the thread does
 * something else, and those who ask take turns.
 *
 * @module
 */
import { nextTurn } from "../../actor/internal.ts";

/** What one slice does, in units of work: characters of filters that are read. */
export const SLICE = 8_192;

/** Slices of work, one in each turn of the event loop. */
export class Slices {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  /**
   * Makes something of each item. An item that is more than a slice alone has one
   * for itself.
   *
   * @param unitsOf How much work it is to make something of an item.
   */
  async map<T, R>(
    items: readonly T[],
    unitsOf: (item: T) => number,
    make: (item: T) => R,
  ): Promise<R[]> {
    const made: R[] = [];
    let left = 0;
    for (const item of items) {
      const units = unitsOf(item);
      if (units > left) {
        await this.#turn();
        left = SLICE;
      }
      left -= units;
      made.push(make(item));
    }
    return made;
  }

  /** Resolves when it is the turn of who asks. */
  #turn(): Promise<void> {
    if (this.#isTaken) {
      return new Promise((resolve) => this.#waiting.push(resolve));
    }
    this.#isTaken = true;
    nextTurn(() => this.#next());
    return Promise.resolve();
  }

  #next(): void {
    const resolve = this.#waiting.shift();
    if (resolve === undefined) {
      this.#isTaken = false;
      return;
    }
    nextTurn(() => this.#next());
    resolve();
  }
}
