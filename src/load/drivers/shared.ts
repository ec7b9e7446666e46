/**
 * A resource that all users of a driver share.
 *
 * @module
 */

/** Opens a resource for the first user, and closes it with the last one. */
export class Shared<T extends AsyncDisposable> {
  readonly #open: () => Promise<T>;
  #opening: Promise<T> | undefined;
  #users = 0;

  /** Creates it; nothing is open yet. */
  constructor(open: () => Promise<T>) {
    this.#open = open;
  }

  /** Resolves to the resource, which stays open until `release`. */
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

  /** Gives the resource back; called once for each `acquire`. */
  async release(): Promise<void> {
    if (--this.#users > 0) return;
    const opening = this.#opening;
    this.#opening = undefined;
    await (await opening)?.[Symbol.asyncDispose]();
  }
}
