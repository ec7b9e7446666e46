/**
 * The options of a profiler of the database of a store.
 *
 * @module
 */
import {
  checkArray,
  checkFunction,
  checkNumber,
  checkObject,
  checkOptionNames,
  checkString,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import { checkMeasureOptions } from "./argument_checks.ts";
import type { ProfiledQuery } from "./database_report.ts";

/** Options of {@linkcode DatabaseProfiler}: how much is measured. */
export interface DatabaseProfilerOptions {
  /**
   * Pairs of measurements with and without an index, in turn, from 8 to 1000.
   * @default {15}
   */
  readonly rounds?: number;
  /**
   * Milliseconds for the rounds of one list, above 0: eight pairs are measured
   * even if that takes longer.
   * @default {5000}
   */
  readonly roundsMs?: number;
  /**
   * Bytes that the store may have, 1 or more, or `Infinity`. A larger one is not
   * copied, as two copies need as much room twice and take a while.
   * @default {268435456}
   */
  readonly maxStoreBytes?: number;
  /**
   * Factor by which a list must be faster with an index, 1 or more, with 95 %
   * confidence.
   * @default {1.2}
   */
  readonly leastGain?: number;
}

/** What is being done, and how much of it. */
export interface DatabaseProgress {
  /** Stage: the copies are made, or indexes are tried. */
  readonly stage: "copying" | "trying";
  /** Indexes that were tried. */
  readonly done: number;
  /** Indexes to be tried; 0 while the copies are made. */
  readonly total: number;
}

/** Options of {@linkcode DatabaseProfiler.indexes}. */
export interface IndexOptions {
  /** Cancels the trial, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Lists for which indexes are tried.
   * @default {the slow queries of the store, with the values of the last of each}
   */
  readonly queries?: readonly ProfiledQuery[];
  /** Called before each step. */
  readonly onProgress?: (progress: DatabaseProgress) => void;
}

/** The options of a profiler, all of them there. */
export type DatabaseSettings = Required<DatabaseProfilerOptions>;

const NAMES: OptionNames<DatabaseProfilerOptions> = {
  rounds: true,
  roundsMs: true,
  maxStoreBytes: true,
  leastGain: true,
};
const INDEX: OptionNames<IndexOptions> = {
  signal: true,
  queries: true,
  onProgress: true,
};
const QUERY: OptionNames<ProfiledQuery> = {
  collection: true,
  filter: true,
  sort: true,
  limit: true,
  offset: true,
  count: true,
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a limit is out of its range.
 */
export function resolveDatabaseOptions(
  options: DatabaseProfilerOptions,
): DatabaseSettings {
  checkOptionNames("DatabaseProfiler", options, NAMES);
  return resolveNumbers(options, {
    rounds: 15,
    roundsMs: 5000,
    maxStoreBytes: 2 ** 28,
    leastGain: 1.2,
  }, {
    rounds: { min: 8, max: 1000, integer: true },
    roundsMs: { above: 0 },
    maxStoreBytes: { min: 1 },
    leastGain: { min: 1, finite: true },
  });
}

/**
 * Checks what indexes are tried for.
 *
 * @throws {TypeError} if something has the wrong type, or is not known.
 * @throws {RangeError} if a count is not above 0.
 */
export function checkIndexOptions(options: IndexOptions): void {
  checkMeasureOptions("indexes()", options, INDEX);
  const { queries = [], onProgress } = options;
  checkArray("queries", queries, 'an array such as [{ collection: "tasks" }]');
  for (const query of queries) {
    checkObject("one of queries", query, "an object with a collection");
    checkOptionNames("a query", query, QUERY);
    checkString("collection", query.collection);
    checkNumber("count", query.count ?? 1, { above: 0, finite: true });
  }
  if (onProgress !== undefined) checkFunction("onProgress", onProgress);
}
