/**
 * Garbage collections of this process.
 *
 * @module
 */
import { GCProfiler } from "node:v8";
import type { Clock, Timer } from "../actor/mod.ts";

/** Nanoseconds in a millisecond: Deno tells pauses in them. */
const NANOS = 1e6;
/**
 * Milliseconds between looks. A profiler keeps kilobytes of each collection,
 * and takes some 25 µs to hand them out: not many at once.
 */
const LOOK_MS = 100;

/** Counts garbage collections and their pauses from its construction on. */
export class GcCounter implements Disposable {
  readonly #clock: Clock;
  #count = 0;
  #pauseMs = 0;
  #profiler: GCProfiler;
  #timer: Timer;

  /** Begins to count; it does not keep the process alive. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#profiler = startProfiler();
    this.#timer = this.#plan();
  }

  #plan(): Timer {
    const timer = this.#clock.schedule(LOOK_MS, () => {
      this.#look();
      this.#timer = this.#plan();
    });
    timer.unref();
    return timer;
  }

  #look(): void {
    for (const { cost } of this.#profiler.stop()?.statistics ?? []) {
      this.#count++;
      this.#pauseMs += cost / NANOS;
    }
    this.#profiler = startProfiler();
  }

  /** All so far. */
  read(): { readonly count: number; readonly pauseMs: number } {
    this.#look();
    return { count: this.#count, pauseMs: this.#pauseMs };
  }

  /** Ends it. */
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
