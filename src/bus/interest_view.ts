/**
 * What somebody who asks for the interest in a subject holds.
 *
 * @module
 */
import { Outcome } from "./delivery/outcome.ts";
import { type Reader, readerLoop, readIsPending } from "./delivery/reader.ts";
import type { Interest } from "./interest.ts";

/** A value that is read when it differs from what was read last. */
interface Step {
  readonly isWanted: boolean;
}

/** The interest in one subject; an engine calls `set` and `end`. */
export class InterestView implements Interest {
  readonly #onEnd: (view: InterestView) => void;
  readonly #known = new Outcome();
  #isWanted = false;
  #isKnown = false;
  #ended: readonly [] | readonly [unknown] | undefined;
  #lastRead: boolean | undefined;
  #reader: Reader<Step> | undefined;

  constructor(onEnd: (view: InterestView) => void) {
    this.#onEnd = onEnd;
  }

  get ready(): Promise<void> {
    return this.#known.promise;
  }

  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** There is a subscriber, or there is none. */
  set(isWanted: boolean): void {
    if (this.#ended !== undefined) return;
    this.#isWanted = isWanted;
    this.#isKnown = true;
    this.#known.settle();
    const reader = this.#reader;
    if (reader === undefined || isWanted === this.#lastRead) return;
    this.#reader = undefined;
    this.#lastRead = isWanted;
    reader.resolve({ isWanted });
  }

  /** Nothing changes any more; with an error if it was not the user's wish. */
  end(...errors: [] | [unknown]): void {
    if (this.#ended !== undefined) return;
    this.#ended = errors;
    this.#known.settle(...errors);
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) this.#atEnd(reader);
  }

  [Symbol.asyncIterator](): AsyncIterator<boolean, void, void> {
    const steps = readerLoop<Step>(
      (reader) => this.#read(reader),
      () => this[Symbol.asyncDispose](),
    );
    return {
      next: async () => {
        const { done, value } = await steps.next();
        return done === true || value === undefined
          ? { done: true, value: undefined }
          : { done: false, value: value.isWanted };
      },
      return: async () => {
        await this[Symbol.asyncDispose]();
        return { done: true, value: undefined };
      },
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended === undefined) {
      this.end();
      this.#onEnd(this);
    }
    return Promise.resolve();
  }

  #read(reader: Reader<Step>): void {
    const isWanted = this.#isWanted;
    if (this.#reader !== undefined) return reader.reject(readIsPending());
    if (this.#ended !== undefined) return this.#atEnd(reader);
    if (!this.#isKnown || isWanted === this.#lastRead) {
      this.#reader = reader;
      return;
    }
    this.#lastRead = isWanted;
    reader.resolve({ isWanted });
  }

  #atEnd(reader: Reader<Step>): void {
    const ended = this.#ended ?? [];
    if (ended.length === 0) reader.resolve(undefined);
    else reader.reject(ended[0]);
  }
}
