/**
 * A watch over the heap of this process.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import { realClock } from "../actor/internal.ts";
import { HeapSamples } from "./heap_samples.ts";
import {
  type HeapJudgeOptions,
  type HeapReport,
  judgeHeap,
} from "./heap_verdict.ts";
import { Inspector } from "./inspector.ts";

/** How a heap is watched, and judged. */
export interface HeapWatchOptions extends HeapJudgeOptions {
  /**
   * Milliseconds between samples, 1 or more.
   * @default {1000}
   */
  readonly intervalMs?: number;
  /**
   * Whether garbage is collected before each sample, by V8's inspector: that
   * holds the thread for some 10 ms, more for a large heap. Without it a
   * sample is the least of ten looks, and a watch has to be longer.
   * @default {true}
   */
  readonly collectGarbage?: boolean;
  /** How many operations were done so far. */
  readonly operations?: () => number;
  /** Ends the watch; what was seen until then can be reported. */
  readonly signal?: AbortSignal;
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** Windows of samples at most. */
const MAX_SAMPLES = 512;
/** Looks for a sample where garbage is not collected. */
const LOOKS = 10;

/**
 * Watches the heap until it is disposed. It does not keep the process alive.
 */
export class HeapWatch implements AsyncDisposable {
  readonly #options: HeapWatchOptions;
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #inspector: Inspector | undefined;
  readonly #samples: HeapSamples;
  readonly #onAbort = (): void => this.#end();
  #timer: Timer | undefined;
  #ended = false;
  #error: unknown;
  /** The sample that is being taken. */
  #looking: Promise<void> = Promise.resolve();

  /**
   * Begins at once.
   *
   * @throws {RangeError} when a number is out of its range.
   * @throws {ProfileError} when garbage is to be collected and there is no
   * permission for the inspector.
   */
  constructor(options: HeapWatchOptions = {}) {
    const { intervalMs = 1000, collectGarbage = true, signal } = options;
    if (!(intervalMs >= 1 && intervalMs < Infinity)) {
      throw new RangeError(
        `Cannot watch the heap: intervalMs is ${intervalMs}, it must be 1 or more`,
      );
    }
    // What is wrong with the rest is said now, and not after the watch.
    judgeHeap([], options);
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#periodMs = collectGarbage ? intervalMs : intervalMs / LOOKS;
    this.#samples = new HeapSamples(MAX_SAMPLES, collectGarbage ? 1 : LOOKS);
    if (signal?.aborted) {
      this.#ended = true;
      return;
    }
    this.#inspector = collectGarbage ? new Inspector() : undefined;
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#look();
  }

  #look(): void {
    this.#looking = this.#takeSample().catch((error: unknown) => {
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
    this.#timer = this.#clock.schedule(this.#periodMs, () => this.#look());
    this.#timer.unref();
  }

  /**
   * What is known so far; the watch goes on.
   *
   * @throws what a look at the heap or at the operations has thrown.
   */
  report(): HeapReport {
    if (this.#error !== undefined) throw this.#error;
    return judgeHeap(this.#samples.toArray(), this.#options);
  }

  #end(): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }

  /** Ends the watch. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await this.#looking;
    this.#inspector?.[Symbol.dispose]();
  }
}
