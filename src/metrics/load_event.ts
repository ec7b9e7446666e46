/**
 * What a load test says to the page beside it, in events `load` and
 * `load_end`.
 *
 * @module
 */
import type { MetricsSnapshot } from "./snapshot.ts";
import type { LoadCriterionState } from "./watch/protocol.ts";

/**
 * The progress of a load test, as far as it is shown. What is optional is not
 * in the progress that a program publishes as it is.
 */
export interface LoadEvent {
  /** Which run it is. */
  readonly run?: LoadRun;
  /** The phase of the run, or the stage. */
  readonly phase: string;
  readonly elapsedMs: number;
  readonly plannedMs: number;
  /** The counters of the whole run. */
  readonly total: {
    readonly planned: number;
    readonly ok: number;
    readonly failed: number;
    readonly timedOut: number;
    readonly dropped: number;
  };
  readonly inFlight: number;
  /** The last interval of the run. */
  readonly point: {
    readonly users: number;
    /** Users, or iterations per second, that are planned now. */
    readonly plannedUsers?: number | null;
    readonly plannedPerSecond?: number | null;
    readonly latencyP50Ms: number | null;
    readonly latencyP99Ms: number | null;
    readonly latencyMaxMs: number | null;
  };
  /** The tables beside the charts. */
  readonly results?: LoadResults;
  /** A snapshot of the load generator, if it has a collector. */
  readonly metrics: MetricsSnapshot | null;
}

/** A run of a load test. */
export interface LoadRun {
  /** The name of the scenario. */
  readonly name: string;
  readonly description: string | null;
  readonly model: "open" | "closed";
}

/** What a load test has come to so far, or in the end. */
export interface LoadResults {
  readonly criteria: readonly LoadCriterionState[];
  readonly operations: readonly LoadOperation[];
  /** The most frequent errors of the steady phase. */
  readonly errors: readonly {
    readonly message: string;
    readonly count: number;
  }[];
}

/** One operation in the steady phase. */
export interface LoadOperation {
  readonly name: string;
  readonly ok: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly dropped: number;
  /** Successful operations a second. */
  readonly perSecond: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

/** How a load test has ended. */
export interface LoadEnd {
  readonly verdict: string;
  readonly durationMs: number;
  readonly total: LoadEvent["total"];
  /** Why it is this one, in sentences. */
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  readonly results: LoadResults;
  /** The path of the report; `null` if none was written. */
  readonly report: string | null;
}
