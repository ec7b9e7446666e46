/**
 * The side of a stream that reads its values: it gives credit for as many as it
 * has room for.
 *
 * @module
 */
import { Ring } from "../actor/internal.ts";

/** What a stream needs of its connection. */
export interface IncomingPort {
  /** Gives so much more credit. */
  credit(id: number, values: number): void;
  /** Says that nobody reads any more. */
  leave(stream: IncomingStream): void;
}

/** How a stream has ended. */
interface End {
  /** Why it failed; `undefined` at its end. */
  readonly error: unknown;
  readonly failed: boolean;
}

type Result = IteratorResult<unknown, void>;

/** The values of a stream, which starts when it is read. */
export class IncomingStream
  implements AsyncIterableIterator<unknown, void, void> {
  /** Assigned when it is started. */
  id = 0;
  /** Whom it has credit from, once it was started. */
  port: IncomingPort | undefined;
  /** Values that may be on their way, or wait to be read. */
  readonly window: number;
  readonly #start: (stream: IncomingStream) => Promise<void>;
  readonly #signal: AbortSignal | undefined;
  readonly #values = new Ring<unknown>();
  #isStarted = false;
  #end: End | undefined;
  /** Values that were read since the last credit was given. */
  #read = 0;
  #reader: PromiseWithResolvers<Result> | undefined;

  /**
   * @param start Starts it over a connection; rejects if that cannot be.
   */
  constructor(
    window: number,
    signal: AbortSignal | undefined,
    start: (stream: IncomingStream) => Promise<void>,
  ) {
    this.window = window;
    this.#signal = signal;
    this.#start = start;
  }

  /** Whether nothing more comes. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Whether there are as many values as there was credit for. */
  get isOverrun(): boolean {
    return this.#values.length + this.#read >= this.window;
  }

  /** Takes a value, or a promise of it. */
  push(value: unknown): void {
    this.#values.push(value);
    this.#settle();
  }

  /** The other side has ended it. */
  end(): void {
    this.#finish({ error: undefined, failed: false });
  }

  /** It has failed; what came before can be read. */
  fail(error: unknown): void {
    this.#finish({ error, failed: true });
  }

  next(): Promise<Result> {
    if (this.#reader !== undefined) {
      return Promise.reject(
        new TypeError("Cannot read a stream: another read is pending"),
      );
    }
    if (!this.#isStarted) this.#begin();
    const reader = this.#reader = Promise.withResolvers<Result>();
    this.#settle();
    return reader.promise;
  }

  return(): Promise<Result> {
    this.#isStarted = true;
    while (this.#values.length > 0) this.#values.shift();
    this.#leave({ error: undefined, failed: false });
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #begin(): void {
    this.#isStarted = true;
    const signal = this.#signal;
    if (signal?.aborted) return this.fail(signal.reason);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#start(this).catch((error) => this.fail(error));
  }

  readonly #onAbort = (): void => {
    while (this.#values.length > 0) this.#values.shift();
    this.#leave({ error: this.#signal?.reason, failed: true });
  };

  /** This side wants no more. */
  #leave(end: End): void {
    if (this.hasEnded) return;
    this.#finish(end);
    this.port?.leave(this);
  }

  #finish(end: End): void {
    if (this.hasEnded) return;
    this.#end = end;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#settle();
  }

  /** Gives the reader what there is for it. */
  #settle(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    if (this.#values.length > 0) {
      this.#reader = undefined;
      const value = this.#values.shift();
      this.#countRead();
      if (!(value instanceof Promise)) {
        return reader.resolve({ done: false, value });
      }
      value.then((value) => reader.resolve({ done: false, value }), (error) => {
        reader.reject(error);
        this.#leave({ error: undefined, failed: false });
      });
      return;
    }
    if (this.#end === undefined) return;
    this.#reader = undefined;
    const { failed, error } = this.#end;
    // It fails once, and has ended from then on.
    this.#end = { failed: false, error: undefined };
    if (failed) reader.reject(error);
    else reader.resolve({ done: true, value: undefined });
  }

  #countRead(): void {
    if (++this.#read * 2 < this.window || this.hasEnded) return;
    this.port?.credit(this.id, this.#read);
    this.#read = 0;
  }
}
