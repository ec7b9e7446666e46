/**
 * Decides from samples of its size whether a heap keeps growing.
 *
 * @module
 */
import {
  checkNumber,
  checkOptionNames,
  type OptionNames,
} from "../checks/internal.ts";
import { checkSamples } from "./argument_checks.ts";
import { medianOf, risingPValue, theilSenSlope } from "./trend.ts";

/** Size of a heap at one moment. */
export interface HeapSample {
  /** Time of the sample in milliseconds, on any clock that never goes back. */
  readonly atMs: number;
  /** Bytes of the heap in use. */
  readonly usedBytes: number;
  /** Operations done by then; `null` if they are not counted. */
  readonly operations: number | null;
}

/** Options of {@linkcode judgeHeap}. */
export interface HeapJudgeOptions {
  /**
   * Share of the samples that counts as warm-up and is ignored, from 0 to
   * below 1.
   * @default {0.3}
   */
  readonly warmUpShare?: number;
  /**
   * Bytes that the heap may grow from the end of the warm-up to the last
   * sample, at least 0: the engine and the profiler keep some themselves.
   * @default {65536, or 1 % of the heap if that is more}
   */
  readonly toleratedGrowthBytes?: number;
  /**
   * Significance level of the tests behind a verdict, between 0 and 1.
   * @default {0.01}
   */
  readonly significance?: number;
}

const NAMES: OptionNames<HeapJudgeOptions> = {
  warmUpShare: true,
  toleratedGrowthBytes: true,
  significance: true,
};

/** Whether a heap leaks, and the numbers that the verdict rests on. */
export interface HeapReport {
  /**
   * Whether the heap leaks. `leaking`: it grows by more than is tolerated, and
   * keeps growing. `steady`: it grows by less. `inconclusive`: there are too
   * few samples or too much noise, or growth levels off; watch for longer.
   */
  readonly verdict: "leaking" | "steady" | "inconclusive";
  /** 1 − p of the test behind the verdict; `null` if it is inconclusive. */
  readonly confidence: number | null;
  /** Reason for the verdict, as a sentence. */
  readonly reason: string;
  /**
   * Growth per second after the warm-up; `null` with fewer than two samples.
   */
  readonly bytesPerSecond: number | null;
  /** Growth per operation; `null` if operations were not counted. */
  readonly bytesPerOperation: number | null;
  /** Growth per second times the seconds after the warm-up. */
  readonly growthBytes: number | null;
  /** Growth that was tolerated: the option, or its default. */
  readonly toleratedGrowthBytes: number;
  /** Probability that a heap that does not grow looks like growth as much. */
  readonly growingPValue: number | null;
  /** Probability that a heap with the tolerated growth looks as steady. */
  readonly steadyPValue: number | null;
  /** Milliseconds of the watch after the warm-up. */
  readonly judgedMs: number;
  /** Number of samples after the warm-up. */
  readonly judgedSamples: number;
  /** All samples, including the warm-up. */
  readonly samples: readonly HeapSample[];
}

/** The normal approximation of the test needs that many samples. */
const MIN_SAMPLES = 10;
/** A slope below this share of the earlier one counts as levelling off. */
const LEVELLING = 0.5;
const TOLERATED_BYTES = 65_536;
const TOLERATED_SHARE = 0.01;

/**
 * Decides whether a heap leaks, from samples that are best taken after garbage
 * collections. Growth is the Theil–Sen slope, and the test that of Mann and
 * Kendall. For `steady`, the same test is applied to the samples minus the
 * tolerated growth, so that a noisy or short watch is inconclusive, not steady.
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
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if the samples are not an array, an option is not a
 * number, or it is not known.
 * @throws {RangeError} if an option is out of its range.
 */
export function judgeHeap(
  samples: readonly HeapSample[],
  options: HeapJudgeOptions = {},
): HeapReport {
  checkSamples(samples);
  checkOptionNames("judgeHeap()", options, NAMES);
  const { warmUpShare = 0.3, significance = 0.01 } = options;
  checkNumber("warmUpShare", warmUpShare, { min: 0, below: 1 });
  checkNumber("significance", significance, { above: 0, below: 1 });
  const judged = samples.slice(Math.floor(samples.length * warmUpShare));
  const median = medianOf(judged.map(({ usedBytes }) => usedBytes)) ?? 0;
  const {
    toleratedGrowthBytes = Math.max(TOLERATED_BYTES, median * TOLERATED_SHARE),
  } = options;
  checkNumber("toleratedGrowthBytes", toleratedGrowthBytes, {
    min: 0,
    finite: true,
  });
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
    // Upside down: this rises if the heap grows by less than is tolerated.
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
      `There are ${judged.length} samples after the warm-up, but ${MIN_SAMPLES} are needed: watch for longer.`,
    );
  }
  const grown = `${kib(growthBytes)} after the warm-up`;
  if (growingPValue <= significance && growthBytes > tolerated) {
    if (levelsOff(judged)) {
      return inconclusive(
        `The heap grew by ${grown}, but the growth slows down: watch for longer.`,
      );
    }
    return {
      verdict: "leaking",
      confidence: 1 - growingPValue,
      reason: `The heap grew by ${grown} and keeps growing; ${
        kib(tolerated)
      } are tolerated.`,
    };
  }
  if (steadyPValue <= significance) {
    return {
      verdict: "steady",
      confidence: 1 - steadyPValue,
      reason: `The heap grew by ${grown}; ${kib(tolerated)} are tolerated.`,
    };
  }
  return inconclusive(
    `The heap grew by ${grown}, which noise can explain: watch for longer.`,
  );
}

/** Whether the second half grows much slower than the first, or than both. */
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
