/**
 * Profilers: measure a process, a service or a storage, and find what limits
 * it.
 *
 * - {@linkcode PerformanceProfiler} takes CPU profiles of this process, with a
 *   flame graph, and watches its heap for leaks.
 * - {@linkcode NetworkProfiler} measures handshake, latency and bandwidth of a
 *   service over HTTP, WebSockets, server-sent events or logical connections.
 * - {@linkcode FileOperationsProfiler} measures transfers, storage, compression
 *   and caches.
 * - {@linkcode DatabaseProfiler} finds the indexes that lists of a store lack,
 *   and tries them on a copy.
 * - {@linkcode BottleneckAnalyzer} compares measurements with targets and names
 *   what limits the service; {@linkcode correlate} finds metrics that change
 *   together.
 *
 * Reports are plain data; {@linkcode reportToText} formats each of them as
 * text. What is guaranteed stands in `docs/profile.md`.
 *
 * @module
 */
export { BottleneckAnalyzer } from "./bottleneck_analyzer.ts";
export type * from "./bottleneck_report.ts";
export * from "./cache_lookup.ts";
export type { CompressionAlgorithm } from "./compression.ts";
export type { CompressionLevelOptions } from "./compression_levels.ts";
export {
  correlate,
  type CorrelateOptions,
  type Correlation,
  type MetricSeries,
} from "./correlation.ts";
export {
  type CorrelatedSeries,
  correlateRun,
  type CorrelationReport,
} from "./correlate_run.ts";
export * from "./cpu_profile.ts";
export {
  type CallFrame,
  type CpuProfileData,
  type CpuProfileNode,
  parseCpuProfile,
} from "./cpu_profile_data.ts";
export {
  type DatabaseProfilerOptions,
  type DatabaseProgress,
  type IndexOptions,
} from "./database_options.ts";
export { DatabaseProfiler } from "./database_profiler.ts";
export type * from "./database_report.ts";
export type {
  CallOptions,
  ComputedOptions,
  DeliveryOptions,
} from "./store_costs_options.ts";
export type * from "./store_costs_report.ts";
export {
  type FileOperationOptions,
  FileOperationsProfiler,
  type FileOperationsProfilerOptions,
} from "./file_operations_profiler.ts";
export type * from "./file_operations_report.ts";
export type { FlameGraphOptions } from "./flame_graph.ts";
export {
  type HeapJudgeOptions,
  type HeapReport,
  type HeapSample,
  judgeHeap,
} from "./heap_verdict.ts";
export { HeapWatch, type HeapWatchOptions } from "./heap_watch.ts";
export type { FileHotspot, Hotspot, HotspotTimes } from "./hotspots.ts";
export type { MeasureHttpOptions } from "./network_http.ts";
export type {
  ConnectedService,
  MeasureLogicalOptions,
} from "./network_logical.ts";
export type { MeasureSseOptions } from "./network_sse.ts";
export type { CacheSizeOptions } from "./measure_cache_sizes.ts";
export { memoryCacheLookup } from "./object_cache.ts";
export type { ThumbnailMaker, ThumbnailOptions } from "./thumbnails.ts";
export { NetworkProfiler } from "./network_profiler.ts";
export type {
  BandwidthReport,
  HandshakeReport,
  MeasureNetworkOptions,
  NetworkProfilerOptions,
  NetworkReport,
} from "./network_report.ts";
export {
  type CpuProfileOptions,
  PerformanceProfiler,
} from "./performance_profiler.ts";
export * from "./profile_errors.ts";
export type { Effort } from "./queueing.ts";
export { type CpuProfileFile, readCpuProfiles } from "./read_cpu_profiles.ts";
export { reportToText } from "./report_text.ts";
export type { RunMeasurements } from "./run_series.ts";
