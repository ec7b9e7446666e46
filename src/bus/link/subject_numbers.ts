/**
 * The numbers of subjects in one direction of a connection: a sender gives each
 * subject the next one, and both sides forget the oldest beyond the same bound.
 *
 * @module
 */

/** What a sender knows of the subjects that have a number. */
export class SubjectNumbers<T> {
  readonly #byText = new Map<string, T>();
  readonly #max: number;
  #next = 0;

  /** @param max Subjects that have a number at the same time. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Returns what is known of a subject, if it has a number. */
  get(subject: string): T | undefined {
    return this.#byText.get(subject);
  }

  /** Gives a subject the next number. */
  add(subject: string, make: (number: number) => T): T {
    const entry = make(this.#next++);
    this.#byText.set(subject, entry);
    if (this.#byText.size > this.#max) {
      const [oldest] = this.#byText.keys();
      if (oldest !== undefined) this.#byText.delete(oldest);
    }
    return entry;
  }

  /** Returns all that is known. */
  values(): Iterable<T> {
    return this.#byText.values();
  }
}
