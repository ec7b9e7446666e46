/**
 * Metrics of a running application: a collector for the process, its event
 * loop, the machine, the actors and the application's own instruments, with
 * history and alerts; and exports as OpenMetrics, JSON, CSV, MessagePack,
 * server-sent events and a page. For OpenTelemetry there is `./telemetry`.
 *
 * @module
 */
export type { Clock, Timer } from "../actor/mod.ts";
export type { AlertRule, AlertRuleBase } from "./alert_rule.ts";
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
  HistogramDescription,
  InstrumentDescription,
} from "./instrument.ts";
export type { InstrumentMetric } from "./instrument_metric.ts";
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
export type { ThreadMetrics, WorkerMetrics } from "./worker_metrics.ts";
export type {
  TerminalInfo,
  WatchedConnections,
  WatchedTerminalServer,
} from "./watch/sources.ts";
export { SseStream, type SseStreamOptions } from "../web/internal.ts";
