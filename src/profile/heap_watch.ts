/**
 * Watches the heap of this process for leaks.
 *
 * @module
 */
import { type Clock, realClock, type Timer } from "../actor/mod.ts";
import {
  checkBoolean,
  checkFunction,
  checkNumber,
  type OptionNames,
} from "../checks/internal.ts";
import { checkClockOption, checkMeasureOptions } from "./argument_checks.ts";
import { HeapSamples } from "./heap_samples.ts";
import {
  type HeapJudgeOptions,
  type HeapReport,
  judgeHeap,
} from "./heap_verdict.ts";
import { Inspector } from "./inspector.ts";

/** Options of {@linkcode PerformanceProfiler.watchHeap}. */
export interface HeapWatchOptions extends HeapJudgeOptions {
  /**
   * Milliseconds between samples, at least 1.
   * @default {1000}
   */
  readonly intervalMs?: number;
  /**
   * Whether garbage is collected before each sample, with V8's inspector: this
   * blocks the thread for some 10 ms, and longer if the heap is large. Without
   * it, a sample is the least of ten measurements, and a watch must be longer.
   * @default {true}
   */
  readonly collectGarbage?: boolean;
  /** Returns how many operations have been done so far. */
  readonly operations?: () => number;
  /** Ends the watch; its samples so far can still be reported. */
  readonly signal?: AbortSignal;
  /**
   * Clock that the watch uses.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

const NAMES: OptionNames<HeapWatchOptions> = {
  intervalMs: true,
  collectGarbage: true,
  operations: true,
  signal: true,
  clock: true,
  warmUpShare: true,
  toleratedGrowthBytes: true,
  significance: true,
};

/** Maximum number of windows of samples. */
const MAX_SAMPLES = 512;
/** Measurements for each sample if garbage is not collected. */
const MEASUREMENTS = 10;

/**
 * A watch over the heap, which ends when it is disposed. It does not keep the
 * process alive.
 */
export class HeapWatch implements AsyncDisposable {
  readonly #options: HeapWatchOptions;
  readonly #judged: HeapJudgeOptions;
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #inspector: Inspector | undefined;
  readonly #samples: HeapSamples;
  readonly #onAbort = (): void => this.#end();
  #timer: Timer | undefined;
  #ended = false;
  #error: unknown;
  /** Resolves when the current sample has been taken. */
  #sampling: Promise<void> = Promise.resolve();

  /**
   * Starts to watch the heap at once.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an option has the wrong type, or is not known.
   * @throws {RangeError} if an option is out of its range.
   * @throws {ProfileError} if garbage must be collected and the permission for
   * the inspector is missing.
   */
  constructor(options: HeapWatchOptions = {}) {
    checkMeasureOptions("HeapWatch", options, NAMES);
    const {
      intervalMs = 1000,
      collectGarbage = true,
      operations,
      signal,
      clock,
      ...judged
    } = options;
    checkNumber("intervalMs", intervalMs, { min: 1, finite: true });
    checkBoolean("collectGarbage", collectGarbage);
    if (operations !== undefined) checkFunction("operations", operations);
    checkClockOption(clock);
    // Wrong options are refused now, and not at the first report.
    judgeHeap([], judged);
    this.#judged = judged;
    this.#options = options;
    this.#clock = clock ?? realClock;
    this.#periodMs = collectGarbage ? intervalMs : intervalMs / MEASUREMENTS;
    this.#samples = new HeapSamples(
      MAX_SAMPLES,
      collectGarbage ? 1 : MEASUREMENTS,
    );
    if (signal?.aborted) {
      this.#ended = true;
      return;
    }
    this.#inspector = collectGarbage ? new Inspector() : undefined;
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#sample();
  }

  #sample(): void {
    this.#sampling = this.#takeSample().catch((error: unknown) => {
      if (!this.#ended) this.#error ??= error;
      this.#end();
    });
  }

  async #takeSample(): Promise<void> {
    await this.#inspector?.send("HeapProfiler.collectGarbage");
    if (this.#ended) return;
    this.#samples.push({
      atMs: this.#clock.now(),
      usedBytes: Deno.memoryUsage().heapUsed,
      operations: this.#options.operations?.() ?? null,
    });
    this.#timer = this.#clock.schedule(this.#periodMs, () => this.#sample());
    this.#timer.unref();
  }

  /**
   * Returns the report on the samples so far; the watch continues. Throws
   * whatever a measurement or the `operations` option has thrown.
   */
  report(): HeapReport {
    if (this.#error !== undefined) throw this.#error;
    return judgeHeap(this.#samples.toArray(), this.#judged);
  }

  #end(): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }

  /** Ends the watch, and waits for the current sample. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await this.#sampling;
    this.#inspector?.[Symbol.dispose]();
  }
}
