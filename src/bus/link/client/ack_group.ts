/**
 * What was acknowledged in one turn of the event loop: it is confirmed as one,
 * and costs a message no promise unless somebody waits.
 *
 * @module
 */
import { Outcome } from "../../delivery/outcome.ts";
import { LazyPromise } from "./lazy_promise.ts";

/** Acknowledgements that are refused: so many messages from the first on. */
export interface Refused {
  readonly first: number;
  readonly count: number;
  readonly deliveries: number;
  readonly error: Error;
}

/** Acknowledgements that leave together. */
export class AckGroup {
  readonly #outcome = new Outcome();
  #refused: Refused[] | undefined;
  /** How many they are. */
  count = 0;

  /** Returns what comes of one of them. */
  of(sequence: number, deliveries: number): Promise<void> {
    return new LazyPromise(async () => {
      await this.#outcome.promise;
      const refused = this.#refused?.find((refused) =>
        refused.deliveries === deliveries && sequence >= refused.first &&
        sequence < refused.first + refused.count
      );
      if (refused !== undefined) throw refused.error;
    });
  }

  /** The stream refuses some of them. */
  refuse(refused: Refused): void {
    (this.#refused ??= []).push(refused);
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
