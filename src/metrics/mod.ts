/**
 * Metrics of a running application: a collector of what the process, its
 * event loop, the machine and the actors do, with history and alerts; and
 * their ways out: OpenMetrics, OpenTelemetry, JSON, CSV, MessagePack, events
 * and a page.
 *
 * @module
 */
export type { Clock, Timer } from "../actor/mod.ts";
export type { AlertRule, AlertRuleBase } from "./alerts.ts";
export { MetricsCollector } from "./collector.ts";
export type { MetricsCollectorOptions } from "./collector_options.ts";
export { Distribution } from "./distribution.ts";
export {
  snapshotsFromMessagePack,
  snapshotsToJson,
  snapshotsToMessagePack,
} from "./export.ts";
export { snapshotsToCsv } from "./export_csv.ts";
export type { AlertEvent, MetricsEvent, MetricsFeed } from "./feed.ts";
export type {
  Counter,
  Gauge,
  Histogram,
  InstrumentDescription,
} from "./instrument.ts";
export { Instruments, type InstrumentsOptions } from "./instruments.ts";
export type { MetricPath } from "./metric_path.ts";
export * from "./metrics_errors.ts";
export {
  type MetricsServer,
  serveMetrics,
  type ServeMetricsOptions,
} from "./serve_metrics.ts";
export {
  acceptedTextFormat,
  SNAPSHOT_CONTENT_TYPES,
  type SnapshotTextFormat,
  snapshotToText,
} from "./snapshot_text.ts";
export type * from "./snapshot.ts";
export { SseStream, type SseStreamOptions } from "../web/internal.ts";
