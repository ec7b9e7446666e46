/**
 * What all users of a driver share.
 *
 * @module
 */

/** Opened for the first user, and closed after the last, who waits for it. */
export class Shared<T extends AsyncDisposable> {
  readonly #open: () => Promise<T>;
  #opening: Promise<T> | undefined;
  #users = 0;

  /** Nothing is open yet. */
  constructor(open: () => Promise<T>) {
    this.#open = open;
  }

  /** Takes part, until `release`. */
  async acquire(): Promise<T> {
    this.#users++;
    this.#opening ??= this.#open();
    try {
      return await this.#opening;
    } catch (error) {
      if (--this.#users === 0) this.#opening = undefined;
      throw error;
    }
  }

  /** Ends what `acquire` began; called once for each. */
  async release(): Promise<void> {
    if (--this.#users > 0) return;
    const opening = this.#opening;
    this.#opening = undefined;
    await (await opening)?.[Symbol.asyncDispose]();
  }
}
