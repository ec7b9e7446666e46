/**
 * What the test of doc comments finds, and what it does not.
 *
 * @module
 */

/** Returns a size that has a value by default. */
export function unclear(size: number = 1): number {
  return size;
}

/**
 * Returns a size that has a value by default.
 *
 * @param size May be left out; it is 1 by default.
 */
export function clear(size: number = 1): number {
  return size;
}

/** Something that has a size of its own. */
export class Unclear {
  /** The size of it, at first. */
  readonly size: number;

  /** Creates something with a size. */
  constructor(options: { readonly size?: number } = {}) {
    this.size = options.size ?? 1;
  }

  /** Returns the size that it grows to. */
  grow(size: number = 1): number {
    return this.size + size;
  }
}
