/**
 * A source of snapshots and alerts, for whatever passes them on.
 *
 * @module
 */
import type { MetricsSnapshot } from "./snapshot.ts";

/** An alert that fires, or has resolved. */
export interface AlertEvent {
  /** The name of its rule. */
  readonly rule: string;
  /** Whether it fires from now on, or does so no longer. */
  readonly state: "firing" | "resolved";
  /** The time in milliseconds since 1970. */
  readonly atMs: number;
  /** The value that caused it. */
  readonly value: number;
  /** A sentence that says what is wrong, or back to normal. */
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
  /** The alerts that fire now. */
  readonly firing: readonly AlertEvent[];
  /**
   * Calls a listener with each event from now on, until the result is
   * disposed.
   */
  subscribe(listener: (event: MetricsEvent) => void): Disposable;
}
