/**
 * What was acknowledged in one turn of the event loop: it is confirmed as one,
 * and costs a message no promise unless somebody waits.
 *
 * @module
 */
import { Outcome } from "../../delivery/outcome.ts";
import { LazyPromise } from "./lazy_promise.ts";

/** Acknowledgements that are refused: so many tokens from the first on. */
interface Refused {
  readonly first: number;
  readonly count: number;
  readonly error: Error;
}

/** Acknowledgements that leave together. */
export class AckGroup {
  readonly #outcome = new Outcome();
  #refused: Refused[] | undefined;
  /** How many they are. */
  count = 0;

  /** Returns what comes of one of them. */
  of(token: number): Promise<void> {
    return new LazyPromise(async () => {
      await this.#outcome.promise;
      const refused = this.#refused?.find(({ first, count }) =>
        token >= first && token < first + count
      );
      if (refused !== undefined) throw refused.error;
    });
  }

  /** The stream refuses some of them. */
  refuse(first: number, count: number, error: Error): void {
    (this.#refused ??= []).push({ first, count, error });
  }

  /** The stream knows the others. */
  done(): void {
    this.#outcome.settle();
  }

  /** Nobody knows what has come of them. */
  fail(error: unknown): void {
    this.#outcome.settle(error);
  }
}
