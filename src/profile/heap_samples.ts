/**
 * Keeps samples of a heap in bounded memory.
 *
 * @module
 */
import type { HeapSample } from "./heap_verdict.ts";

/**
 * Keeps the least sample of each window: between two garbage collections a heap
 * only grows, so its least size is nearest to the size of what is in use. When
 * there are too many windows, they double in length.
 */
export class HeapSamples {
  readonly #limit: number;
  #windowSamples: number;
  #kept: HeapSample[] = [];
  #least: HeapSample | undefined;
  #inWindow = 0;

  /**
   * Keeps at most `limit` windows, at first of `windowSamples` samples each.
   */
  constructor(limit: number, windowSamples: number) {
    this.#limit = limit;
    this.#windowSamples = windowSamples;
  }

  /** Adds a sample. */
  push(sample: HeapSample): void {
    this.#least = lesser(this.#least, sample);
    if (++this.#inWindow < this.#windowSamples) return;
    this.#kept.push(this.#least);
    this.#least = undefined;
    this.#inWindow = 0;
    if (this.#kept.length < this.#limit) return;
    this.#kept = pairs(this.#kept);
    this.#windowSamples *= 2;
  }

  /** Returns the least sample of each full window, in order. */
  toArray(): HeapSample[] {
    return [...this.#kept];
  }
}

function lesser(a: HeapSample | undefined, b: HeapSample): HeapSample {
  return a !== undefined && a.usedBytes <= b.usedBytes ? a : b;
}

function pairs(samples: readonly HeapSample[]): HeapSample[] {
  return samples.flatMap((sample, index) => {
    const next = samples[index + 1];
    if (index % 2 === 1) return [];
    return [next === undefined ? sample : lesser(sample, next)];
  });
}
