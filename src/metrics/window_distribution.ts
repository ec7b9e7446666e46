/**
 * The distribution of the latest values.
 *
 * @module
 */
import { Distribution, summaryOf } from "./distribution.ts";
import type { DistributionSummary } from "./snapshot.ts";

/** Parts of a window: the more, the more exact, and the more memory. */
const PARTS = 2;

/** The values of one part of a window, which has ended. */
interface Part {
  readonly values: Distribution;
  readonly endMs: number;
}

/**
 * The distribution of the values of the last so many milliseconds. The window
 * moves in steps of half its length, and when it is read: recording a value
 * needs no clock. So it has all values of its length, and some that are up to
 * half of that older.
 */
export class WindowDistribution {
  readonly #windowMs: number;
  #ended: Part[] = [];
  #current: Distribution | undefined;
  #startMs = -Infinity;

  /** Creates a window without values. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Records a value from 0 to 10¹². */
  record(value: number): void {
    this.#current ??= new Distribution();
    this.#current.record(value);
  }

  /** Moves the window to a time; returns whether values have left it. */
  move(nowMs: number): boolean {
    const before = this.#ended.length;
    const oldestMs = nowMs - this.#windowMs;
    this.#ended = this.#ended.filter(({ endMs }) => endMs > oldestMs);
    const hasLost = this.#ended.length < before;
    if (nowMs - this.#startMs >= this.#windowMs / PARTS) {
      this.#startMs = nowMs;
      if (this.#current !== undefined) {
        this.#ended.push({ values: this.#current, endMs: nowMs });
      }
      // Its memory goes with it: the next values may be few.
      this.#current = undefined;
    }
    return hasLost;
  }

  /** Returns the distribution in numbers. */
  summary(): DistributionSummary {
    const parts = this.#ended.map(({ values }) => values);
    if (this.#current !== undefined) parts.push(this.#current);
    return summaryOf(parts);
  }
}
