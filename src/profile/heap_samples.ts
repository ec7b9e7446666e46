/**
 * Samples of a heap in bounded memory.
 *
 * @module
 */
import type { HeapSample } from "./heap_verdict.ts";

/**
 * Keeps the least of each window of samples: between two collections of
 * garbage a heap only grows, so that its least size is nearest to what lives.
 * When there are too many, windows grow to twice their length.
 */
export class HeapSamples {
  readonly #limit: number;
  #windowSamples: number;
  #kept: HeapSample[] = [];
  #least: HeapSample | undefined;
  #inWindow = 0;

  /** At most `limit` windows, of so many samples each at first. */
  constructor(limit: number, windowSamples: number) {
    this.#limit = limit;
    this.#windowSamples = windowSamples;
  }

  /** Takes a sample. */
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

  /** The least of each window that is full, in their order. */
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
