/**
 * Loops over what arrives on a connection: they end when its peer has closed
 * its side or its own side has closed it, and leaving one is to stop reading.
 *
 * @module
 */

/** What a {@linkcode ReadLoop} needs of its connection. */
export interface ReadLoopPort<T> {
  /** Returns the next item if it is here; else it is `read`. */
  take?(): T | undefined;
  /** Reads the next item; `undefined` at the end. */
  read(): Promise<T | undefined>;
  /** Returns whether an error says that this side has closed the connection. */
  isClosedHere(error: unknown): boolean;
  /** Called when the loop is left before its end. */
  leave(): void;
}

function toResult<T>(value: T | undefined): IteratorResult<T, void> {
  return value === undefined
    ? { done: true, value: undefined }
    : { done: false, value };
}

/** An iterator over what arrives. */
export class ReadLoop<T> implements AsyncIterableIterator<T, void, void> {
  readonly #port: ReadLoopPort<T>;
  readonly #toEnd: (error: unknown) => IteratorResult<T, void>;

  constructor(port: ReadLoopPort<T>) {
    this.#port = port;
    this.#toEnd = (error) => {
      if (!port.isClosedHere(error)) throw error;
      return toResult<T>(undefined);
    };
  }

  next(): Promise<IteratorResult<T, void>> {
    const value = this.#port.take?.();
    return value === undefined
      ? this.#port.read().then(toResult, this.#toEnd)
      : Promise.resolve({ done: false, value });
  }

  return(): Promise<IteratorResult<T, void>> {
    this.#port.leave();
    return Promise.resolve(toResult<T>(undefined));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
