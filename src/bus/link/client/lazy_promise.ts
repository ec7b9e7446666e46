/**
 * A promise that begins when somebody waits for it, and costs nothing before.
 *
 * @module
 */

/** A promise whose outcome is asked for by the first who waits. */
export class LazyPromise implements Promise<void> {
  readonly [Symbol.toStringTag] = "Promise";
  readonly #begin: () => Promise<void>;
  #begun: Promise<void> | undefined;

  /** @param begin Called once, at most. */
  constructor(begin: () => Promise<void>) {
    this.#begin = begin;
  }

  then<A = void, B = never>(
    onFulfilled?: ((value: void) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#begun ??= this.#begin();
    return this.#begun.then(onFulfilled, onRejected);
  }

  catch<B = never>(
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<void | B> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<void> {
    return this.then().finally(onFinally);
  }
}
