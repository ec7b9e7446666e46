/**
 * The reports about what a store does for those who use it: plain data.
 *
 * @module
 */
import type { DistributionSummary } from "../metrics/mod.ts";
import type { MeasuredMs } from "./database_report.ts";

/** How long changes took to those who follow them. */
export interface DeliveryReport {
  /**
   * How they were followed. `program`: by subscriptions in this process.
   * `event_stream`: by streams of server-sent events over HTTP.
   */
  readonly over: "program" | "event_stream";
  /** Number of subscribers to each change. */
  readonly subscribers: number;
  /** Number of changes, one after another. */
  readonly changes: number;
  /** Milliseconds of each change until the store had it for good. */
  readonly write: DistributionSummary;
  /** Milliseconds from the start of a change to each subscriber that got it. */
  readonly delivery: DistributionSummary;
  /** Milliseconds from the start of a change to the last subscriber. */
  readonly last: DistributionSummary;
}

/** What one computed field costs. */
export interface ComputedFieldReport {
  /** Name of the field. */
  readonly field: string;
  /** Fields from which it is computed. */
  readonly dependencies: readonly string[];
  /** Time to compute it for one record. */
  readonly perRecord: MeasuredMs;
  /**
   * Share of the time of a list that computes all its fields anew, from 0 to 1.
   */
  readonly share: number;
}

/** What the computed fields of a collection cost. */
export interface ComputedReport {
  /** Number of records that were read at once. */
  readonly records: number;
  /** Time to list them, with computed values that the store has kept. */
  readonly list: MeasuredMs;
  /** Each computed field of the collection, the dearest first. */
  readonly fields: readonly ComputedFieldReport[];
}

/** What a stored function costs. */
export interface FunctionReport {
  /** Name of the function. */
  readonly name: string;
  /** Number of calls, one after another. */
  readonly calls: number;
  /** Milliseconds of each call. */
  readonly latency: DistributionSummary;
  /** Milliseconds of a call in which it had the writer, on average. */
  readonly heldMs: number;
  /** Milliseconds of them in which the writer worked, without the commit. */
  readonly workMs: number;
  /** Milliseconds of them in which the commit waited for the disk. */
  readonly commitMs: number;
  /**
   * Milliseconds of them in which the writer waited: for the code of the function,
   * what it waits for, and the way between the threads.
   */
  readonly waitedMs: number;
  /** Calls per second at most, as one at a time has the writer; `null` at 0 ms. */
  readonly maxCallsPerSecond: number | null;
}
