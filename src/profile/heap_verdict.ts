/**
 * Whether a heap grows for good: pure decisions over samples of its size.
 *
 * @module
 */
import { medianOf, risingPValue, theilSenSlope } from "./trend.ts";

/** The size of a heap at one moment. */
export interface HeapSample {
  /** Milliseconds of any clock that never goes back. */
  readonly atMs: number;
  /** Bytes in use. */
  readonly usedBytes: number;
  /** How many operations were done by then; `null` if nobody counts. */
  readonly operations: number | null;
}

/** How samples are judged. */
export interface HeapJudgeOptions {
  /**
   * The share of the samples that is warm-up and left out, from 0 to below 1.
   * @default {0.3}
   */
  readonly warmUpShare?: number;
  /**
   * Bytes of growth, from the end of the warm-up to the last sample, that are
   * no leak: the engine and the profiler keep some themselves.
   * @default {65536, or 1 % of the heap if that is more}
   */
  readonly toleratedGrowthBytes?: number;
  /**
   * How small a probability must be for a verdict, between 0 and 1.
   * @default {0.01}
   */
  readonly significance?: number;
}

/** Whether a heap leaks, with what that is said of. */
export interface HeapReport {
  /**
   * `leaking`: it grows, by more than is tolerated, and goes on to. `steady`:
   * it does not grow by so much. `inconclusive`: too few samples, too much
   * noise, or growth that levels off; watch for longer.
   */
  readonly verdict: "leaking" | "steady" | "inconclusive";
  /** 1 − p of the test that the verdict rests on; `null` when inconclusive. */
  readonly confidence: number | null;
  /** Why, in a sentence. */
  readonly reason: string;
  /** The slope after the warm-up; `null` with fewer than two moments. */
  readonly bytesPerSecond: number | null;
  /** The same by operations; `null` where they were not counted. */
  readonly bytesPerOperation: number | null;
  /** The slope times the time after the warm-up. */
  readonly growthBytes: number | null;
  /** As the option says, or its default. */
  readonly toleratedGrowthBytes: number;
  /** That a heap which does not grow looks as much like growth as this one. */
  readonly growingPValue: number | null;
  /** That one which grows by what is tolerated looks as steady as this one. */
  readonly steadyPValue: number | null;
  /** Milliseconds after the warm-up. */
  readonly judgedMs: number;
  /** Samples after the warm-up. */
  readonly judgedSamples: number;
  /** Every sample, with the warm-up. */
  readonly samples: readonly HeapSample[];
}

/** The normal approximation of the test needs as many. */
const MIN_SAMPLES = 10;
/** A slope that falls below this part of the earlier one levels off. */
const LEVELLING = 0.5;
const TOLERATED_BYTES = 65_536;
const TOLERATED_SHARE = 0.01;

/**
 * Judges samples of a heap, best taken after garbage collections. The slope is
 * the Theil–Sen estimate, the test that of Mann and Kendall; "steady" is the
 * same test of the samples less the growth that is tolerated, so that a noisy
 * or short watch is inconclusive and not steady.
 *
 * @example
 * ```ts
 * import { judgeHeap } from "@troupe/troupe/profile";
 *
 * const samples = Array.from({ length: 40 }, (_, second) => ({
 *   atMs: second * 1000,
 *   usedBytes: 10_000_000 + second * 50_000,
 *   operations: second * 100,
 * }));
 * const report = judgeHeap(samples);
 * console.assert(report.verdict === "leaking");
 * console.assert(report.bytesPerOperation === 500);
 * ```
 *
 * @throws {RangeError} when an option is out of its range.
 */
export function judgeHeap(
  samples: readonly HeapSample[],
  options: HeapJudgeOptions = {},
): HeapReport {
  const { warmUpShare = 0.3, significance = 0.01 } = options;
  checkBetween("warmUpShare", warmUpShare, warmUpShare >= 0 && warmUpShare < 1);
  checkBetween(
    "significance",
    significance,
    significance > 0 && significance < 1,
  );
  const judged = samples.slice(Math.floor(samples.length * warmUpShare));
  const median = medianOf(judged.map(({ usedBytes }) => usedBytes)) ?? 0;
  const {
    toleratedGrowthBytes = Math.max(TOLERATED_BYTES, median * TOLERATED_SHARE),
  } = options;
  checkBetween(
    "toleratedGrowthBytes",
    toleratedGrowthBytes,
    toleratedGrowthBytes >= 0 && toleratedGrowthBytes < Infinity,
  );
  const facts = measure(judged, toleratedGrowthBytes);
  return {
    ...decide(judged, facts, toleratedGrowthBytes, significance),
    ...facts,
    toleratedGrowthBytes,
    judgedSamples: judged.length,
    samples,
  };
}

type Facts = Pick<
  HeapReport,
  | "bytesPerSecond"
  | "bytesPerOperation"
  | "growthBytes"
  | "growingPValue"
  | "steadyPValue"
  | "judgedMs"
>;

function measure(judged: readonly HeapSample[], tolerated: number): Facts {
  const [first] = judged;
  const judgedMs = (judged.at(-1)?.atMs ?? 0) - (first?.atMs ?? 0);
  const bytesPerSecond = slopePerSecond(judged);
  const seconds = judgedMs / 1000;
  const enough = judged.length >= MIN_SAMPLES && bytesPerSecond !== null;
  const used = judged.map(({ usedBytes }) => usedBytes);
  const below = judged.map(({ atMs, usedBytes }) =>
    // Upside down: what rises less than is tolerated falls, and this rises.
    tolerated * (atMs - (first?.atMs ?? 0)) / judgedMs - usedBytes
  );
  return {
    bytesPerSecond,
    bytesPerOperation: slopePerOperation(judged),
    growthBytes: bytesPerSecond === null ? null : bytesPerSecond * seconds,
    growingPValue: enough ? risingPValue(used) : null,
    steadyPValue: enough ? risingPValue(below) : null,
    judgedMs,
  };
}

function decide(
  judged: readonly HeapSample[],
  { growthBytes, growingPValue, steadyPValue }: Facts,
  tolerated: number,
  significance: number,
): Pick<HeapReport, "verdict" | "confidence" | "reason"> {
  const inconclusive = (reason: string) => ({
    verdict: "inconclusive" as const,
    confidence: null,
    reason,
  });
  if (growthBytes === null || growingPValue === null || steadyPValue === null) {
    return inconclusive(
      `There are ${judged.length} samples after the warm-up, ${MIN_SAMPLES} are needed: watch for longer.`,
    );
  }
  const grown = `${kib(growthBytes)} after the warm-up`;
  if (growingPValue <= significance && growthBytes > tolerated) {
    if (levelsOff(judged)) {
      return inconclusive(
        `It grew by ${grown}, but slows down: watch for longer.`,
      );
    }
    return {
      verdict: "leaking",
      confidence: 1 - growingPValue,
      reason: `It grew by ${grown} and goes on to; ${
        kib(tolerated)
      } are tolerated.`,
    };
  }
  if (steadyPValue <= significance) {
    return {
      verdict: "steady",
      confidence: 1 - steadyPValue,
      reason: `It grew by ${grown}; ${kib(tolerated)} are tolerated.`,
    };
  }
  return inconclusive(
    `It grew by ${grown}, which noise can explain: watch for longer.`,
  );
}

/** Whether its second half grows much slower than its first, or than all. */
function levelsOff(judged: readonly HeapSample[]): boolean {
  const middle = judged.length >> 1;
  const slope = slopePerSecond(judged) ?? 0;
  const early = slopePerSecond(judged.slice(0, middle)) ?? 0;
  const late = slopePerSecond(judged.slice(middle)) ?? 0;
  return late < LEVELLING * Math.max(slope, early);
}

function slopePerSecond(samples: readonly HeapSample[]): number | null {
  return theilSenSlope(
    samples.map(({ atMs, usedBytes }) => ({ x: atMs / 1000, y: usedBytes })),
  );
}

function slopePerOperation(samples: readonly HeapSample[]): number | null {
  return theilSenSlope(
    samples.flatMap(({ operations, usedBytes }) =>
      operations === null ? [] : [{ x: operations, y: usedBytes }]
    ),
  );
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

function checkBetween(name: string, value: number, holds: boolean): void {
  if (holds) return;
  throw new RangeError(
    `Cannot judge the heap: ${name} is ${value}, which is out of its range`,
  );
}
