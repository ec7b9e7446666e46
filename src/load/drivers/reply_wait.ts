/**
 * Waits for one reply among all that comes.
 *
 * @module
 */

interface Waiter<T> {
  readonly matches: (value: T) => boolean;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Waits for one value at a time; values that nobody waits for are dropped. */
export class ReplyWait<T> {
  #waiter: Waiter<T> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #passed: T | undefined;

  /** Whether all later waits are rejected. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** The last value that came during this wait, or the last, and no match. */
  get passed(): T | undefined {
    return this.#passed;
  }

  /** Resolves to the next value that matches. Only one wait at a time. */
  next(matches: (value: T) => boolean, signal: AbortSignal): Promise<T> {
    this.#passed = undefined;
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (signal.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const abort = () => settle(() => reject(signal.reason));
    const settle = (act: () => void) => {
      this.#waiter = undefined;
      signal.removeEventListener("abort", abort);
      act();
    };
    signal.addEventListener("abort", abort, { once: true });
    this.#waiter = {
      matches,
      resolve: (value) => settle(() => resolve(value)),
      reject: (error) => settle(() => reject(error)),
    };
    return promise;
  }

  /** Offers a value to whoever waits. */
  offer(value: T): void {
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    if (waiter.matches(value)) waiter.resolve(value);
    else this.#passed = value;
  }

  /** Rejects this wait and all later ones. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#waiter?.reject(error);
  }
}
