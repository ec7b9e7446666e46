/**
 * A source of snapshots and alerts, for whatever passes them on.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import type { Cores } from "../cores/mod.ts";
import type { MetricsSnapshot } from "./snapshot.ts";
import type { WorkerMetrics } from "./worker_metrics.ts";

/** An alert that fires, or has resolved. */
export interface AlertEvent {
  /** The name of the alert, which is that of its rule. */
  readonly name: string;
  /** Whether it fires from now on, or does so no longer. */
  readonly state: "firing" | "resolved";
  /** The time in milliseconds since 1970. */
  readonly atMs: number;
  /** The time by a clock that never goes back: `steadyMs` of the snapshot. */
  readonly steadyMs: number;
  /** The value that caused it; in `firing`, the one of now. */
  readonly value: number;
  /**
   * A sentence that says what is wrong, or back to normal; with the value, if
   * the rule has no other.
   */
  readonly message: string;
}

/** What a feed passes to its listeners. */
export type MetricsEvent =
  | { readonly type: "snapshot"; readonly snapshot: MetricsSnapshot }
  | { readonly type: "alert"; readonly alert: AlertEvent };

/** A source of snapshots, such as a `MetricsCollector`. */
export interface MetricsFeed {
  /** The last snapshot; `undefined` before the first. */
  readonly latest: MetricsSnapshot | undefined;
  /** The snapshots that are kept, oldest first. */
  readonly history: readonly MetricsSnapshot[];
  /** The alerts that fire now, each with its latest value. */
  readonly firing: readonly AlertEvent[];
  /**
   * What each thread measures for itself, at the last snapshot, if that is a sum
   * over several; `undefined` otherwise.
   */
  readonly workers?: readonly WorkerMetrics[] | undefined;
  /** The system whose actors a page shows, if there is one. */
  readonly system?: ActorSystem | undefined;
  /** The workers whose actors a page shows beside them, if there are any. */
  readonly cores?: Cores | undefined;
  /**
   * Calls a listener with each event from now on, until the result is
   * disposed.
   */
  subscribe(listener: (event: MetricsEvent) => void): Disposable;
}
