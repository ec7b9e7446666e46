/**
 * So many at a time, and the others one after another.
 *
 * @module
 */

/** Runs at most a number of things at the same time. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** Creates turns for so many at a time. */
  constructor(most: number) {
    this.#free = most;
  }

  /** Runs something when it is its turn; settles as it does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
