/** What happens, in order: whoever awaits it misses nothing. */
export class Happenings<T> {
  readonly #waiting: ((value: T) => void)[] = [];
  readonly #queue: T[] = [];

  /** Says that something has happened. */
  push(value: T): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#queue.push(value);
    else waiting(value);
  }

  /** The next one that nobody has taken. */
  next(): Promise<T> {
    return this.#queue.length === 0
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(this.#queue.shift() as T);
  }

  /** How many have happened that nobody has taken. */
  get untaken(): number {
    return this.#queue.length;
  }
}
