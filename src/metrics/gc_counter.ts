/**
 * Garbage collections of this process.
 *
 * @module
 */
import { GCProfiler } from "node:v8";
import type { Clock, Timer } from "../actor/mod.ts";

/** Nanoseconds in a millisecond: Deno reports pauses in nanoseconds. */
const NANOS = 1e6;
/**
 * Milliseconds between reads of the profiler. It keeps kilobytes for each
 * collection and takes some 25 µs to return them, so they must not pile up.
 */
const READ_MS = 100;

/** Counts garbage collections and their pauses from its construction on. */
export class GcCounter implements Disposable {
  readonly #clock: Clock;
  #count = 0;
  #pauseMs = 0;
  #profiler: GCProfiler;
  #timer: Timer;

  /** Starts to count; it does not keep the process alive. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#profiler = startProfiler();
    this.#timer = this.#plan();
  }

  #plan(): Timer {
    const timer = this.#clock.schedule(READ_MS, () => {
      this.#readProfiler();
      this.#timer = this.#plan();
    });
    timer.unref();
    return timer;
  }

  #readProfiler(): void {
    for (const { cost } of this.#profiler.stop()?.statistics ?? []) {
      this.#count++;
      this.#pauseMs += cost / NANOS;
    }
    this.#profiler = startProfiler();
  }

  /** Returns the collections so far. */
  read(): { readonly count: number; readonly pauseMs: number } {
    this.#readProfiler();
    return { count: this.#count, pauseMs: this.#pauseMs };
  }

  /** Stops counting. */
  [Symbol.dispose](): void {
    this.#timer.cancel();
    this.#profiler.stop();
  }
}

function startProfiler(): GCProfiler {
  const profiler = new GCProfiler();
  profiler.start();
  return profiler;
}
