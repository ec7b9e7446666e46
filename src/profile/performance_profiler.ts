/**
 * Profiles of this process: where its processor time goes, and whether its
 * heap grows.
 *
 * @module
 */
import { CpuProfile } from "./cpu_profile.ts";
import { checkCpuProfile, type CpuProfileData } from "./cpu_profile_data.ts";
import { HeapWatch, type HeapWatchOptions } from "./heap_watch.ts";
import { Inspector } from "./inspector.ts";
import { ProfileError } from "./profile_errors.ts";
import { untilAborted } from "./until_aborted.ts";

/** How a CPU profile is taken. */
export interface CpuProfileOptions {
  /**
   * Microseconds between samples, 50 to 1000000. Each takes memory until the
   * profile ends: about 1 MB a minute at 1000.
   * @default {1000}
   */
  readonly intervalMicros?: number;
  /** Gives the profile up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Profiles this process with V8's inspector. Needs `--allow-sys=inspector`.
 *
 * @example
 * ```ts
 * import { PerformanceProfiler } from "@troupe/troupe/profile";
 *
 * await using profiler = new PerformanceProfiler();
 * await using watch = profiler.watchHeap({ intervalMs: 100 });
 * const profile = await profiler.profile(async () => {
 *   for (let i = 0; i < 20; i++) {
 *     await crypto.subtle.digest("SHA-256", new Uint8Array(1_000_000));
 *   }
 * });
 * console.log(profile.report().functions.slice(0, 5));
 * console.log(watch.report().verdict);
 * ```
 */
export class PerformanceProfiler implements AsyncDisposable {
  #profiling: AbortController | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  readonly #watches = new Set<HeapWatch>();
  #closed = false;

  /**
   * Samples the thread while `work` runs, and whatever else runs then. One
   * profile is taken at a time.
   *
   * Rejects with what `work` throws, with `ProfileError` if no profile can be
   * taken, or with the signal's reason; `work` is told by its own signal.
   *
   * @throws {RangeError} when an option is out of its range.
   */
  async profile(
    work: (signal: AbortSignal) => unknown,
    { intervalMicros = 1000, signal }: CpuProfileOptions = {},
  ): Promise<CpuProfile> {
    if (!(intervalMicros >= 50 && intervalMicros <= 1_000_000)) {
      throw new RangeError(
        `Cannot profile: intervalMicros is ${intervalMicros}, give 50 to 1000000`,
      );
    }
    this.#mustBeOpen();
    if (this.#profiling !== undefined) {
      throw new ProfileError(
        "Cannot profile: another profile is being taken, wait for it",
      );
    }
    signal?.throwIfAborted();
    const controller = this.#profiling = new AbortController();
    const onAbort = () => controller.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const taking = takeProfile(work, intervalMicros, controller.signal);
      this.#ended = taking.catch(() => {});
      return await taking;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#profiling = undefined;
    }
  }

  /**
   * Watches the heap until the watch or the profiler is disposed.
   *
   * @throws {RangeError} when an option is out of its range.
   * @throws {ProfileError} when there is no permission for the inspector.
   */
  watchHeap(options: HeapWatchOptions = {}): HeapWatch {
    this.#mustBeOpen();
    const watch = new HeapWatch(options);
    this.#watches.add(watch);
    return watch;
  }

  #mustBeOpen(): void {
    if (!this.#closed) return;
    throw new ProfileError("Cannot profile: the profiler is closed");
  }

  /** Gives up a profile that is being taken, and ends every watch. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#profiling?.abort(new ProfileError("The profiler was closed"));
    await this.#ended;
    for (const watch of this.#watches) await watch[Symbol.asyncDispose]();
  }
}

async function takeProfile(
  work: (signal: AbortSignal) => unknown,
  intervalMicros: number,
  signal: AbortSignal,
): Promise<CpuProfile> {
  using inspector = new Inspector();
  await inspector.send("Profiler.enable");
  await inspector.send("Profiler.setSamplingInterval", {
    interval: intervalMicros,
  });
  await inspector.send("Profiler.start");
  await untilAborted(work, signal);
  return new CpuProfile(profileIn(await inspector.send("Profiler.stop")));
}

function profileIn(result: unknown): CpuProfileData {
  const profile = typeof result === "object" && result !== null &&
      "profile" in result
    ? result.profile
    : undefined;
  return checkCpuProfile(profile);
}
