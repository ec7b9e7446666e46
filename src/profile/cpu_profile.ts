/**
 * A CPU profile with what can be read out of it.
 *
 * @module
 */
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

/** A profile in numbers: plain data. */
export interface CpuProfileReport {
  /** Milliseconds from the begin of the profile to its end. */
  readonly durationMs: number;
  /** Milliseconds in which the thread did something. */
  readonly busyMs: number;
  /** How often the thread was looked at. */
  readonly samples: number;
  /** Functions, those with the most time of their own first; at most 50. */
  readonly functions: readonly Hotspot[];
  /** Files, in the same order; at most 50. */
  readonly files: readonly FileHotspot[];
}

const MAX_ROWS = 50;

/**
 * A CPU profile: of {@linkcode PerformanceProfiler.profile}, or read from a
 * file.
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
  /** As V8 has written it: the content of a `.cpuprofile` file. */
  readonly data: CpuProfileData;
  readonly #tree: CallTree;

  /**
   * A profile of data that V8 has written.
   *
   * @throws {ProfileError} when it is no CPU profile with samples.
   */
  constructor(data: CpuProfileData) {
    this.data = checkCpuProfile(data);
    this.#tree = buildCallTree(data);
  }

  /** The profile in numbers. */
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
   * A flame graph without the idle time, as an SVG file that needs nothing
   * else: each box is a function upon its caller, as wide as its time.
   *
   * @throws {RangeError} when an option is out of its range.
   */
  flameGraph(options: FlameGraphOptions = {}): string {
    const { widthPixels = 1200 } = options;
    if (!(widthPixels >= 200 && widthPixels <= 10_000)) {
      throw new RangeError(
        `Cannot draw the flame graph: widthPixels is ${widthPixels}, give 200 to 10000`,
      );
    }
    const boxes = layOutFlames(this.#tree.root, MIN_BOX_PIXELS / widthPixels);
    return drawFlameGraph(boxes, options);
  }

  /** The text of a `.cpuprofile` file, for DevTools or speedscope. */
  toCpuProfile(): string {
    return JSON.stringify(this.data);
  }
}
