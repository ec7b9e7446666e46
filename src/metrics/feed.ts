/**
 * Where snapshots and alerts come from, for those who hand them on.
 *
 * @module
 */
import type { MetricsSnapshot } from "./snapshot.ts";

/** An alert that has begun or ended. */
export interface AlertEvent {
  /** The name of its rule. */
  readonly rule: string;
  /** Whether it has begun or ended. */
  readonly state: "firing" | "resolved";
  /** When, in milliseconds since 1970. */
  readonly atMs: number;
  /** The value that did it. */
  readonly value: number;
  /** A sentence that says what is wrong, or right again. */
  readonly message: string;
}

/** What a feed tells. */
export type MetricsEvent =
  | { readonly type: "snapshot"; readonly snapshot: MetricsSnapshot }
  | { readonly type: "alert"; readonly alert: AlertEvent };

/** A source of snapshots, such as a `MetricsCollector`. */
export interface MetricsFeed {
  /** The last one; none before the first. */
  readonly latest: MetricsSnapshot | undefined;
  /** Those that are kept, oldest first. */
  readonly history: readonly MetricsSnapshot[];
  /** Alerts that fire now. */
  readonly firing: readonly AlertEvent[];
  /** Tells a listener from now on, until the result is disposed. */
  subscribe(listener: (event: MetricsEvent) => void): Disposable;
}
