/**
 * The part of the `load` events of a load test that the page reads.
 *
 * @module
 */
import type { MetricsSnapshot } from "../snapshot.ts";

/** The progress of a load test, as far as it is shown. */
export interface LoadEvent {
  /** The phase of the run. */
  readonly phase: string;
  readonly elapsedMs: number;
  readonly plannedMs: number;
  /** The counters of the whole run. */
  readonly total: {
    readonly ok: number;
    readonly failed: number;
    readonly timedOut: number;
    readonly dropped: number;
  };
  readonly inFlight: number;
  /** The last interval of the run. */
  readonly point: {
    readonly users: number;
    readonly latencyP50Ms: number | null;
    readonly latencyP99Ms: number | null;
    readonly latencyMaxMs: number | null;
  };
  /** A snapshot of the load generator, if it has a collector. */
  readonly metrics: MetricsSnapshot | null;
}
