/**
 * The options of a profiler of file operations.
 *
 * @module
 */
import { type Clock, realClock } from "../actor/mod.ts";
import {
  checkOptionNames,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import { checkClockOption } from "./argument_checks.ts";

/** Options of {@linkcode FileOperationsProfiler}: how much is measured. */
export interface FileOperationsProfilerOptions {
  /**
   * Number of transfers, objects or rounds, from 1 to 10000.
   * @default {10}
   */
  readonly repetitions?: number;
  /**
   * Bytes of a transfer or an object, from 1 to 268435456.
   * @default {1048576}
   */
  readonly bytes?: number;
  /**
   * Milliseconds that a measurement may take: a whole number, at least 1.
   * @default {30000}
   */
  readonly timeoutMs?: number;
  /**
   * Clock that measures the times.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

const NAMES: OptionNames<FileOperationsProfilerOptions> = {
  repetitions: true,
  bytes: true,
  timeoutMs: true,
  clock: true,
};

const DEFAULTS = { repetitions: 10, bytes: 2 ** 20, timeoutMs: 30_000 };
const RANGES = {
  repetitions: { min: 1, max: 10_000, integer: true },
  bytes: { min: 1, max: 2 ** 28, integer: true },
  timeoutMs: { min: 1, max: 2 ** 31 - 1, integer: true },
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a limit is out of its range.
 */
export function resolveFileOptions(
  options: FileOperationsProfilerOptions,
): Required<FileOperationsProfilerOptions> {
  checkOptionNames("FileOperationsProfiler", options, NAMES);
  checkClockOption(options.clock);
  return {
    ...resolveNumbers(options, DEFAULTS, RANGES),
    clock: options.clock ?? realClock,
  };
}
