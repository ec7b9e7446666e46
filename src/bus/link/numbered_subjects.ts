/**
 * The subjects that the other side of a connection has given numbers to.
 *
 * @module
 */
import { ProtocolError } from "../../session/mod.ts";

/** What a receiver knows of the subjects that have a number. */
export class NumberedSubjects<T> {
  readonly #entries: (T | undefined)[] = [];
  readonly #max: number;
  #next = 0;

  /** @param max Subjects that have a number at the same time. */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Notes what the next number stands for.
   *
   * @throws {ProtocolError} if it is another number than the next.
   */
  add(number: number, entry: T): void {
    if (number !== this.#next) {
      throw new ProtocolError(
        `The bus has given a subject the number ${number}, not ${this.#next}`,
      );
    }
    this.#next++;
    this.#entries[number % this.#max] = entry;
  }

  /**
   * Returns what a number stands for.
   *
   * @throws {ProtocolError} if nothing has that number.
   */
  get(number: number): T {
    const entry = number < this.#next && number >= this.#next - this.#max
      ? this.#entries[number % this.#max]
      : undefined;
    if (entry === undefined) {
      throw new ProtocolError(`The bus has no subject ${number}`);
    }
    return entry;
  }

  /** Returns all that have a number. */
  values(): T[] {
    return this.#entries.filter((entry) => entry !== undefined);
  }

  /** Returns what a number stands for, unless that is forgotten. */
  find(number: number): T | undefined {
    return number < this.#next && number >= this.#next - this.#max
      ? this.#entries[number % this.#max]
      : undefined;
  }
}
