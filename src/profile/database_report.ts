/**
 * The reports about the database of a store: plain data.
 *
 * @module
 */
import type { Filter } from "../store/mod.ts";

/** A list of records whose time is to be explained. */
export interface ProfiledQuery {
  /** Name of the collection. */
  readonly collection: string;
  /**
   * Which records, as for a list of the collection.
   * @default {all}
   */
  readonly filter?: Filter | string;
  /**
   * Their order, as for a list.
   * @default {""}
   */
  readonly sort?: string;
  /**
   * Records of the page, 1 to 1000.
   * @default {30}
   */
  readonly limit?: number;
  /**
   * Records that are left out before the page.
   * @default {0}
   */
  readonly offset?: number;
  /**
   * How often the list is read, relative to the others: above 0. It weighs what
   * an index brings.
   * @default {1}
   */
  readonly count?: number;
}

/** Milliseconds of several measurements of the same. */
export interface MeasuredMs {
  /** Median of the measurements. */
  readonly medianMs: number;
  /** First quartile of the measurements. */
  readonly lowMs: number;
  /** Third quartile of the measurements. */
  readonly highMs: number;
  /** Number of measurements that were made. */
  readonly samples: number;
}

/** A factor with the interval that holds it in 95 of 100 cases. */
export interface MeasuredFactor {
  /** Hodges–Lehmann estimate of the factor. */
  readonly estimate: number;
  /** Lower bound of the interval. */
  readonly low: number;
  /** Upper bound of the interval. */
  readonly high: number;
}

/** A list as the store reads it now. */
export interface QueryReport {
  /** The list: its collection, filter and sort. */
  readonly query: string;
  /** How often it is read, as it was given. */
  readonly count: number;
  /** What SQLite does for it, in its own words. */
  readonly plan: readonly string[];
  /** Whether it reads all records, whichever are selected. */
  readonly needsScan: boolean;
  /** Whether it sorts all that is selected. */
  readonly needsSort: boolean;
  /** Fields of the index that was tried for it; `null` if none is known. */
  readonly index: readonly string[] | null;
}

/** What an index does to one list. */
export interface QueryGain {
  /** The list: its collection, filter and sort. */
  readonly query: string;
  /** Time of the list without the index, on a thread that reads. */
  readonly before: MeasuredMs;
  /** Time of the list with the index. */
  readonly after: MeasuredMs;
  /** Factor by which the list is faster with it: below 1 it is slower. */
  readonly speedup: MeasuredFactor;
  /** What SQLite does for the list with the index. */
  readonly plan: readonly string[];
}

/** What an index does to creates in its collection. */
export interface WriteCost {
  /** Records created per second of the writer's time, without the index. */
  readonly createsPerSecondBefore: number;
  /** Records created per second of the writer's time, with the index. */
  readonly createsPerSecondAfter: number;
  /** Factor by which a create takes longer with the index. */
  readonly slowdown: MeasuredFactor;
}

/** An index that was tried on a copy. */
export interface IndexTrialReport {
  /** Name of the collection. */
  readonly collection: string;
  /** Fields of the index, in order. */
  readonly fields: readonly string[];
  /**
   * What came of it. `recommended`: a list is faster by the least gain, and all
   * lists together are. `no_gain`: none is. `slows_others`: one is, but all
   * lists together are slower. `covered`: another index, which is recommended,
   * makes the same lists faster.
   */
  readonly verdict: "recommended" | "no_gain" | "slows_others" | "covered";
  /** Bytes of the index in the file. */
  readonly bytes: number;
  /** Milliseconds that it took to make it. */
  readonly buildMs: number;
  /** Each list of its collection. */
  readonly queries: readonly QueryGain[];
  /** What it costs creates; `null` if there are too few records to tell. */
  readonly writes: WriteCost | null;
}

/** What the indexes of a store lack for some lists. */
export interface IndexReport {
  /** Bytes of the store, of which two copies were made. */
  readonly storeBytes: number;
  /** Milliseconds that the copies took. */
  readonly copyMs: number;
  /** The lists as they are read now. */
  readonly queries: readonly QueryReport[];
  /** The indexes that were tried, those that are recommended first. */
  readonly indexes: readonly IndexTrialReport[];
}
