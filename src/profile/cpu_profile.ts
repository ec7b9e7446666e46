/**
 * A CPU profile, with its report and its flame graph.
 *
 * @module
 */
import { checkNumber } from "../checks/internal.ts";
import { buildCallTree, type CallTree } from "./call_tree.ts";
import { checkCpuProfile, type CpuProfileData } from "./cpu_profile_data.ts";
import {
  drawFlameGraph,
  type FlameGraphOptions,
  MIN_BOX_PIXELS,
} from "./flame_graph.ts";
import { layOutFlames } from "./flame_layout.ts";
import {
  type FileHotspot,
  type Hotspot,
  hotspotsByFile,
  hotspotsByFunction,
} from "./hotspots.ts";

/** The report of a CPU profile: plain data. */
export interface CpuProfileReport {
  /** Milliseconds from the start of the profile to its end. */
  readonly durationMs: number;
  /** Milliseconds in which the thread was busy. */
  readonly busyMs: number;
  /** Number of samples of the thread. */
  readonly samples: number;
  /** At most 50 functions, those with the most time of their own first. */
  readonly functions: readonly Hotspot[];
  /** At most 50 files, in the same order. */
  readonly files: readonly FileHotspot[];
}

const MAX_ROWS = 50;

/**
 * A CPU profile, from {@linkcode PerformanceProfiler.profile} or from a file.
 *
 * @example
 * ```ts
 * import { PerformanceProfiler } from "@troupe/troupe/profile";
 *
 * await using profiler = new PerformanceProfiler();
 * const profile = await profiler.profile(() => {
 *   for (let i = 0; i < 100; i++) JSON.stringify(Array(10_000).fill(i));
 * });
 * console.log(profile.report().functions[0]?.functionName);
 * const svg = profile.flameGraph({ title: "Texts" });
 * console.assert(svg.startsWith("<svg"));
 * ```
 */
export class CpuProfile {
  /** The profile as V8 wrote it: the content of a `.cpuprofile` file. */
  readonly data: CpuProfileData;
  readonly #tree: CallTree;

  /**
   * Creates a profile from data that V8 wrote.
   *
   * @throws {ProfileError} if the data is not a CPU profile with samples.
   */
  constructor(data: CpuProfileData) {
    this.data = checkCpuProfile(data);
    this.#tree = buildCallTree(data);
  }

  /** Returns the numbers of the profile. */
  report(): CpuProfileReport {
    const { root } = this.#tree;
    const { startTime, endTime, samples } = this.data;
    return {
      durationMs: Math.max(0, endTime - startTime) / 1000,
      busyMs: root.totalMicros / 1000,
      samples: samples.length,
      functions: hotspotsByFunction(root).slice(0, MAX_ROWS),
      files: hotspotsByFile(root).slice(0, MAX_ROWS),
    };
  }

  /**
   * Returns a flame graph without idle time, as a self-contained SVG file. Each
   * box is a function on top of its caller, as wide as its time.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if `widthPixels` is not a number.
   * @throws {RangeError} if `widthPixels` is out of its range.
   */
  flameGraph(options: FlameGraphOptions = {}): string {
    const { widthPixels = 1200 } = options;
    checkNumber("widthPixels", widthPixels, { min: 200, max: 10_000 });
    const boxes = layOutFlames(this.#tree.root, MIN_BOX_PIXELS / widthPixels);
    return drawFlameGraph(boxes, options);
  }

  /** Returns the text of a `.cpuprofile` file, for DevTools or speedscope. */
  toCpuProfile(): string {
    return JSON.stringify(this.data);
  }
}
