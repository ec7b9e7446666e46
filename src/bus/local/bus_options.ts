/**
 * The options of a bus in this process, checked.
 *
 * @module
 */
import {
  checkOptionNames,
  checkString,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../../checks/internal.ts";

/** Options of a {@linkcode Bus}. */
export interface BusOptions {
  /**
   * The directory in which streams are kept that outlive the process. One bus
   * at a time may have it, of all processes; it is created where it is missing.
   * @default {none: streams are in memory}
   */
  readonly directory?: string;
  /**
   * Milliseconds for which a close waits for subscriptions to be read or
   * handled; 0 or more.
   * @default {5000}
   */
  readonly drainMs?: number;
  /**
   * Subjects that may retain a value, 0 or more.
   * @default {100_000}
   */
  readonly maxRetained?: number;
  /**
   * Bytes of retained values, encoded, and of their subjects; 0 or more.
   * @default {67_108_864}
   */
  readonly maxRetainedBytes?: number;
  /**
   * Entries of presence, 0 or more.
   * @default {100_000}
   */
  readonly maxTracked?: number;
  /**
   * Messages beyond the bounds of one subscription with the policy `wait`,
   * whose publishers wait; with more a publish is refused. At least 1.
   * @default {10_000}
   */
  readonly maxWaitingPublishes?: number;
}

/** {@linkcode BusOptions} with the defaults filled in. */
export type ResolvedBusOptions =
  & Numbers
  & { readonly directory: string | undefined };

type Numbers = Required<Omit<BusOptions, "directory">>;

const NAMES: OptionNames<BusOptions> = {
  directory: true,
  drainMs: true,
  maxRetained: true,
  maxRetainedBytes: true,
  maxTracked: true,
  maxWaitingPublishes: true,
};

const DEFAULTS: Numbers = {
  drainMs: 5000,
  maxRetained: 100_000,
  maxRetainedBytes: 67_108_864,
  maxTracked: 100_000,
  maxWaitingPublishes: 10_000,
};

const COUNT: NumberRange = { min: 0, integer: true };

const RANGES: Record<keyof Numbers, NumberRange> = {
  drainMs: { min: 0, max: 2 ** 31 - 1 },
  maxRetained: COUNT,
  maxRetainedBytes: COUNT,
  maxTracked: COUNT,
  maxWaitingPublishes: { min: 1, integer: true },
};

/**
 * Fills in the defaults and checks the options of a bus.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if an option is out of its range.
 */
export function resolveBusOptions(options: BusOptions): ResolvedBusOptions {
  checkOptionNames("Bus", options, NAMES);
  const { directory } = options;
  if (directory !== undefined) checkString("directory", directory);
  if (directory === "") {
    throw new RangeError(
      'Cannot use directory: it is "", it must be the path of a directory',
    );
  }
  return { ...resolveNumbers(options, DEFAULTS, RANGES), directory };
}
