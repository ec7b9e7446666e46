/**
 * Measures compression at several levels, and chooses by the speed of a link.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import {
  checkArray,
  checkBytes,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptionNames,
  type OptionNames,
} from "../checks/internal.ts";
import { Distribution } from "../metrics/internal.ts";
import {
  ALGORITHMS,
  type Codec,
  codecAt,
  type CompressionAlgorithm,
  LEVELS,
} from "./compression.ts";
import type { FileMeasure, FileOperationOptions } from "./file_measure.ts";
import type {
  CompressionLevelReport,
  CompressionLevelsReport,
  CompressionReport,
  LinkChoice,
} from "./file_operations_report.ts";
import { measureStep, rateOf, timed } from "./measured_step.ts";
import { mustEqual } from "./test_bytes.ts";

/** Options of `compressionLevels` of a `FileOperationsProfiler`. */
export interface CompressionLevelOptions extends FileOperationOptions {
  /**
   * Levels of each algorithm that are measured: `gzip` and `deflate` 1 to 9,
   * `brotli` 0 to 11, `zstd` 1 to 22. An algorithm that is left out is not
   * measured.
   * @default {some of all algorithms, without the slowest}
   */
  readonly levels?: Readonly<
    Partial<Record<CompressionAlgorithm, readonly number[]>>
  >;
  /**
   * Speeds of links in bytes per second, each above 0.
   * @default {those of 10 Mbit/s, 100 Mbit/s, 1 Gbit/s and 10 Gbit/s}
   */
  readonly linkBytesPerSecond?: readonly number[];
}

const NAMES: OptionNames<CompressionLevelOptions> = {
  signal: true,
  levels: true,
  linkBytesPerSecond: true,
};
/** Bytes per second of 10 Mbit/s, 100 Mbit/s, 1 Gbit/s and 10 Gbit/s. */
const LINKS = [1.25e6, 1.25e7, 1.25e8, 1.25e9];
/** Maximum bytes of the data. */
const MAX_DATA_BYTES = 2 ** 28;

/** Measures each level, and what is best for each link. */
export async function measureLevels(
  data: Uint8Array<ArrayBuffer>,
  options: CompressionLevelOptions,
  { clock, repetitions, limits }: FileMeasure,
): Promise<CompressionLevelsReport> {
  checkOptionNames("compressionLevels()", options, NAMES);
  const { levels: given, linkBytesPerSecond = LINKS, ...limited } = options;
  const stepLimits = limits(limited);
  checkBytes("data", data);
  checkInteger("data.length", data.length, { min: 1, max: MAX_DATA_BYTES });
  checkArray("linkBytesPerSecond", linkBytesPerSecond, "an array of numbers");
  for (const speed of linkBytesPerSecond) {
    checkNumber("linkBytesPerSecond", speed, { above: 0, finite: true });
  }
  const levels: CompressionLevelReport[] = [];
  for (const [algorithm, level] of levelsOf(given)) {
    const what = `${algorithm} at level ${level}`;
    const report = await measureStep(
      `the compression ${what}`,
      stepLimits,
      (signal) =>
        measureCodec(codecAt(algorithm, level), data, signal, {
          clock,
          repetitions,
          what,
        }),
    );
    const whole = { algorithm, ...report };
    const paysBelowBytesPerSecond = paysBelow(whole);
    levels.push({ ...whole, level, paysBelowBytesPerSecond });
  }
  return {
    inputBytes: data.length,
    levels,
    links: linkBytesPerSecond.toSorted((a, b) => a - b)
      .map((speed) => choiceFor(speed, data.length, levels)),
  };
}

function levelsOf(
  given: CompressionLevelOptions["levels"],
): (readonly [CompressionAlgorithm, number])[] {
  if (given === undefined) {
    return ALGORITHMS.flatMap((algorithm) =>
      LEVELS[algorithm].usual.map((level) => [algorithm, level] as const)
    );
  }
  for (const name of Object.keys(given)) {
    checkOneOf("levels", name, ALGORITHMS);
  }
  return ALGORITHMS.flatMap((algorithm) => {
    const levels = given[algorithm] ?? [];
    checkArray(`levels of ${algorithm}`, levels, "an array of whole numbers");
    const { min, max } = LEVELS[algorithm];
    return levels.map((level) => {
      checkInteger(`a level of ${algorithm}`, level, { min, max });
      return [algorithm, level] as const;
    });
  });
}

/** Measures one codec in both directions: the medians. */
export async function measureCodec(
  codec: Codec,
  data: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
  { clock, repetitions, what }: {
    readonly clock: Clock;
    readonly repetitions: number;
    readonly what: string;
  },
): Promise<Omit<CompressionReport, "algorithm">> {
  const there = new Distribution();
  const back = new Distribution();
  let outputBytes = 0;
  for (let i = 0; i < repetitions; i++) {
    signal.throwIfAborted();
    const small = await timed(clock, () => codec.compress(data));
    const compressed = new Uint8Array(small.result);
    signal.throwIfAborted();
    const large = await timed(clock, () => codec.decompress(compressed));
    mustEqual(data, large.result, what);
    there.record(small.ms);
    back.record(large.ms);
    outputBytes = compressed.length;
  }
  return {
    inputBytes: data.length,
    outputBytes,
    ratio: data.length / outputBytes,
    compressBytesPerSecond: rateOf(data.length, there.quantile(0.5) ?? 0),
    decompressBytesPerSecond: rateOf(data.length, back.quantile(0.5) ?? 0),
  };
}

/** Returns the seconds to compress the data and to restore them. */
function workSeconds(
  { inputBytes, compressBytesPerSecond, decompressBytesPerSecond }:
    CompressionReport,
): number {
  const seconds = (rate: number | null): number =>
    rate === null ? 0 : inputBytes / rate;
  return seconds(compressBytesPerSecond) + seconds(decompressBytesPerSecond);
}

/** Returns the speed of a link below which it pays to compress. */
export function paysBelow(report: CompressionReport): number | null {
  const saved = report.inputBytes - report.outputBytes;
  const work = workSeconds(report);
  return saved <= 0 || work === 0 ? null : saved / work;
}

/** Returns what moves the data fastest over a link of that speed. */
export function choiceFor(
  linkBytesPerSecond: number,
  inputBytes: number,
  levels: readonly CompressionLevelReport[],
): LinkChoice {
  const plainMs = 1000 * inputBytes / linkBytesPerSecond;
  let choice: LinkChoice = {
    linkBytesPerSecond,
    algorithm: null,
    level: null,
    transferMs: plainMs,
    plainMs,
  };
  for (const report of levels) {
    const transferMs = 1000 *
      (workSeconds(report) + report.outputBytes / linkBytesPerSecond);
    if (transferMs >= choice.transferMs) continue;
    const { algorithm, level } = report;
    choice = { ...choice, algorithm, level, transferMs };
  }
  return choice;
}
