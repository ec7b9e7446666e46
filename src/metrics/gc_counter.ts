/**
 * Garbage collections of this process.
 *
 * @module
 */
import { GCProfiler } from "node:v8";

/** Nanoseconds in a millisecond: Deno tells pauses in them. */
const NANOS = 1e6;

/** Counts garbage collections and their pauses from its construction on. */
export class GcCounter implements Disposable {
  #count = 0;
  #pauseMs = 0;
  #profiler: GCProfiler;

  /** Begins to count. */
  constructor() {
    this.#profiler = new GCProfiler();
    this.#profiler.start();
  }

  /** All so far. */
  read(): { readonly count: number; readonly pauseMs: number } {
    this.#drain();
    // A profiler keeps what it saw until it stops.
    this.#profiler = new GCProfiler();
    this.#profiler.start();
    return { count: this.#count, pauseMs: this.#pauseMs };
  }

  #drain(): void {
    for (const { cost } of this.#profiler.stop()?.statistics ?? []) {
      this.#count++;
      this.#pauseMs += cost / NANOS;
    }
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#drain();
  }
}
