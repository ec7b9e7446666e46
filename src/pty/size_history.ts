/**
 * The sizes of a session by the offset from which on its output was written at
 * them.
 *
 * @module
 */
import type { PtySize } from "./size.ts";

/** A size, and the offset from which on it holds. */
interface Change {
  readonly offset: number;
  readonly size: PtySize;
}

/** The sizes of the output that is kept. */
export class SizeHistory {
  /** In order; the first one holds for everything before the second. */
  #changes: readonly Change[];
  /** Changes with each size, so that a reader knows when to look again. */
  version = 0;

  /** Starts with a size. */
  constructor(size: PtySize) {
    this.#changes = [{ offset: 0, size }];
  }

  /** The size now. */
  get last(): PtySize {
    return this.at(Infinity);
  }

  /** Adds a size from `offset` on; those before `keptFrom` are not needed. */
  add(offset: number, size: PtySize, keptFrom: number): void {
    const later = this.#changes.filter((change, i) =>
      change.offset < offset &&
      (this.#changes[i + 1]?.offset ?? Infinity) > keptFrom
    );
    this.#changes = [...later, { offset, size }];
    this.version++;
  }

  /** Returns the size of the output at an offset. */
  at(offset: number): PtySize {
    const found = this.#changes.findLast((change) => change.offset <= offset);
    const change = found ?? this.#changes[0];
    if (change === undefined) throw new Error("A session has no size");
    return change.size;
  }

  /** Returns where the size of the output at an offset ends. */
  endOf(offset: number): number {
    if (this.#changes.length === 1) return Infinity;
    return this.#changes.find((change) => change.offset > offset)?.offset ??
      Infinity;
  }
}
