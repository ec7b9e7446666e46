/**
 * The filters of topics that were read before: many clients send the same ones,
 * and each does again when it is back.
 *
 * @module
 */
import type { Filter } from "../query/filter.ts";

/** Characters of texts that are kept, at most. */
const MAX_CHARACTERS = 262_144;

/** Filters by what they were read from. */
export class KnownFilters {
  /** Those that were used last are at the end. */
  readonly #filters = new Map<string, Filter>();
  #characters = 0;

  /**
   * Returns the filter of a key, which is read if it is not known.
   *
   * @throws {QueryError} what `read` throws; nothing is kept then.
   */
  get(key: string, read: () => Filter): Filter {
    const known = this.#filters.get(key);
    const filter = known ?? read();
    if (known === undefined) this.#characters += key.length;
    else this.#filters.delete(key);
    this.#filters.set(key, filter);
    for (const oldest of this.#filters.keys()) {
      if (this.#characters <= MAX_CHARACTERS || oldest === key) break;
      this.#filters.delete(oldest);
      this.#characters -= oldest.length;
    }
    return filter;
  }
}
