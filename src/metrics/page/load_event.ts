/**
 * What the page reads of the `load` events, which a load test publishes.
 *
 * @module
 */
import type { MetricsSnapshot } from "../snapshot.ts";

/** A load test that goes on: that part of its progress which is shown. */
export interface LoadEvent {
  /** The part of the run. */
  readonly phase: string;
  readonly elapsedMs: number;
  readonly plannedMs: number;
  /** Counters of the whole run. */
  readonly total: {
    readonly ok: number;
    readonly failed: number;
    readonly timedOut: number;
    readonly dropped: number;
  };
  readonly inFlight: number;
  /** The last step of the run. */
  readonly point: {
    readonly users: number;
    readonly latencyP50Ms: number | null;
    readonly latencyP99Ms: number | null;
    readonly latencyMaxMs: number | null;
  };
  /** The generator as a collector sees it, if there is one. */
  readonly metrics: MetricsSnapshot | null;
}
