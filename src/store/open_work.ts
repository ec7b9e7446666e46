/**
 * What is under way in a store, so that it is closed when all of it is done.
 *
 * @module
 */
import { StoreClosedError } from "./errors.ts";

/** Counts what is under way. */
export class OpenWork {
  #count = 0;
  #closed: PromiseWithResolvers<void> | undefined;

  /**
   * Begins something, which ends when it is disposed.
   *
   * @throws {StoreClosedError} if the store is being closed.
   */
  begin(): Disposable {
    if (this.#closed !== undefined) {
      throw new StoreClosedError("Cannot use the store: it is closed");
    }
    this.#count++;
    return this.#end;
  }

  readonly #end: Disposable = {
    [Symbol.dispose]: () => {
      if (--this.#count === 0) this.#closed?.resolve();
    },
  };

  /** Lets nothing more begin; resolves when what has begun is done. */
  async close(): Promise<void> {
    this.#closed ??= Promise.withResolvers();
    if (this.#count === 0) this.#closed.resolve();
    await this.#closed.promise;
  }
}
