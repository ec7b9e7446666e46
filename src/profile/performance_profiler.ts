/**
 * Profiles of this process: where its CPU time goes, and whether its heap
 * grows.
 *
 * @module
 */
import {
  checkFunction,
  checkNoArguments,
  checkNumber,
  type OptionNames,
} from "../checks/internal.ts";
import { checkMeasureOptions } from "./argument_checks.ts";
import { CpuProfile } from "./cpu_profile.ts";
import { checkCpuProfile, type CpuProfileData } from "./cpu_profile_data.ts";
import { HeapWatch, type HeapWatchOptions } from "./heap_watch.ts";
import { Inspector } from "./inspector.ts";
import { ProfileError } from "./profile_errors.ts";
import { untilAborted } from "./until_aborted.ts";

/** Options of {@linkcode PerformanceProfiler.profile}. */
export interface CpuProfileOptions {
  /**
   * Microseconds between samples, from 50 to 1000000. Samples take memory until
   * the profile ends: about 1 MB a minute at 1000.
   * @default {1000}
   */
  readonly intervalMicros?: number;
  /** Cancels the profile, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const NAMES: OptionNames<CpuProfileOptions> = {
  intervalMicros: true,
  signal: true,
};

/**
 * Profiles this process with V8's inspector: its CPU time and its heap. Needs
 * `--allow-sys=inspector`.
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
   * Creates a profiler of this process.
   *
   * @throws {TypeError} if an argument is given: there are none.
   */
  constructor() {
    checkNoArguments("PerformanceProfiler", arguments);
  }

  /**
   * Samples this thread while `work` runs, including everything else that runs
   * meanwhile. Only one profile can be taken at a time. Rejects with whatever
   * `work` throws, or with the signal's reason; the signal that `work` receives
   * aborts in that case.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} as a rejection, if `work` is not a function, or an option
   * has the wrong type or is not known.
   * @throws {RangeError} if an option is out of its range.
   * @throws {ProfileError} if no profile can be taken.
   */
  async profile(
    work: (signal: AbortSignal) => unknown,
    options: CpuProfileOptions = {},
  ): Promise<CpuProfile> {
    checkFunction("work", work);
    checkMeasureOptions("profile()", options, NAMES);
    const { intervalMicros = 1000, signal } = options;
    checkNumber("intervalMicros", intervalMicros, { min: 50, max: 1_000_000 });
    this.#mustBeOpen();
    if (this.#profiling !== undefined) {
      throw new ProfileError(
        "Cannot profile: another profile is being taken, wait until it ends",
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
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an option has the wrong type, or is not known.
   * @throws {RangeError} if an option is out of its range.
   * @throws {ProfileError} if the permission for the inspector is missing.
   */
  watchHeap(options: HeapWatchOptions = {}): HeapWatch {
    this.#mustBeOpen();
    const watch = new HeapWatch(options);
    this.#watches.add(watch);
    return watch;
  }

  #mustBeOpen(): void {
    if (!this.#closed) return;
    throw new ProfileError(
      "Cannot profile: the profiler is closed, create another one",
    );
  }

  /** Cancels the profile that is being taken, and ends every watch. */
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
