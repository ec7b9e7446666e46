/**
 * Metrics of a process and its machine for OpenTelemetry.
 *
 * @module
 */
import { readSources } from "../metrics/internal.ts";
import type { MetricsFeed, MetricsSnapshot } from "../metrics/mod.ts";
import { checkMethods, checkOptionNames } from "../checks/internal.ts";
import { checkAttributes } from "./attributes.ts";
import { isTelemetryOn, LiveExport } from "./export_live.ts";
import { type MetricDescription, registerMetrics } from "./register_metrics.ts";

/** Options of {@linkcode observeMetrics}. */
export interface ObserveMetricsOptions {
  /**
   * Attributes of every observation.
   * @default {none}
   */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** A metric, and how its values are read from a snapshot. */
interface SnapshotMetric extends MetricDescription {
  read(from: MetricsSnapshot): readonly Observation[];
}

/** A value, which may be unknown, and its attributes. */
type Observation = readonly [
  value: number | null | undefined,
  attributes?: Readonly<Record<string, string>>,
];

/** The names are those of OpenTelemetry's conventions where they have one. */
const METRICS: readonly SnapshotMetric[] = [
  {
    kind: "counter",
    name: "process.cpu.time",
    unit: "s",
    description: "Processor time",
    read: ({ process }) => [
      [seconds(process.cpuUserMs), { "cpu.mode": "user" }],
      [seconds(process.cpuSystemMs), { "cpu.mode": "system" }],
    ],
  },
  {
    kind: "up_down_counter",
    name: "process.memory.usage",
    unit: "By",
    description: "Resident memory",
    read: ({ process }) => [[process.rssBytes]],
  },
  {
    kind: "up_down_counter",
    name: "process.unix.file_descriptor.count",
    unit: "{file_descriptor}",
    description: "Open file descriptors",
    read: ({ process }) => [[process.openFiles]],
  },
  {
    kind: "counter",
    name: "process.disk.io",
    unit: "By",
    description: "Bytes read from disks and written to them",
    read: ({ process }) => [
      [process.diskReadBytes, { "disk.io.direction": "read" }],
      [process.diskWrittenBytes, { "disk.io.direction": "write" }],
    ],
  },
  {
    kind: "gauge",
    name: "nodejs.eventloop.delay.p50",
    unit: "s",
    description: "Median delay of a timer",
    read: ({ eventLoop }) => [[seconds(eventLoop?.delayP50Ms)]],
  },
  {
    kind: "gauge",
    name: "nodejs.eventloop.delay.p99",
    unit: "s",
    description: "99th percentile of the delay of a timer",
    read: ({ eventLoop }) => [[seconds(eventLoop?.delayP99Ms)]],
  },
  {
    kind: "gauge",
    name: "nodejs.eventloop.delay.max",
    unit: "s",
    description: "Longest delay of a timer",
    read: ({ eventLoop }) => [[seconds(eventLoop?.delayMaxMs)]],
  },
  {
    kind: "up_down_counter",
    name: "system.cpu.logical.count",
    unit: "{cpu}",
    description: "Cores of the machine",
    read: ({ host }) => [[host.cores]],
  },
  {
    kind: "gauge",
    name: "system.load_average",
    unit: "{thread}",
    description: "Load average",
    read: ({ host }) => [
      [host.load?.[0], { window: "1m" }],
      [host.load?.[1], { window: "5m" }],
      [host.load?.[2], { window: "15m" }],
    ],
  },
  {
    kind: "up_down_counter",
    name: "system.memory.limit",
    unit: "By",
    description: "Memory of the machine",
    read: ({ host }) => [[host.memoryTotalBytes]],
  },
  {
    kind: "up_down_counter",
    name: "system.memory.linux.available",
    unit: "By",
    description: "Memory of the machine that is available",
    read: ({ host }) => [[host.memoryAvailableBytes]],
  },
  {
    kind: "counter",
    name: "system.network.io",
    unit: "By",
    description: "Bytes over network interfaces with a device",
    read: ({ host }) => [
      [host.networkReceivedBytes, { "network.io.direction": "receive" }],
      [host.networkSentBytes, { "network.io.direction": "transmit" }],
    ],
  },
];

/**
 * Registers metrics of a process, its event loop and its machine with
 * OpenTelemetry's global meter provider, until the result is disposed. Their
 * values are those of the feed's latest snapshot when they are collected. If
 * the provider is not Deno's own (`OTEL_DENO=true`), register it first.
 *
 * | Name | Kind, unit | Attributes |
 * | --- | --- | --- |
 * | `process.cpu.time` | counter, `s` | `cpu.mode`: `user`, `system` |
 * | `process.memory.usage` | up-down counter, `By` | |
 * | `process.unix.file_descriptor.count` | up-down counter, `{file_descriptor}` | |
 * | `process.disk.io` | counter, `By` | `disk.io.direction`: `read`, `write` |
 * | `nodejs.eventloop.delay.p50`, `.p99`, `.max` | gauge, `s` | |
 * | `system.cpu.logical.count` | up-down counter, `{cpu}` | |
 * | `system.load_average` | gauge, `{thread}` | `window`: `1m`, `5m`, `15m` |
 * | `system.memory.limit` | up-down counter, `By` | |
 * | `system.memory.linux.available` | up-down counter, `By` | |
 * | `system.network.io` | counter, `By` | `network.io.direction`: `receive`, `transmit` |
 *
 * If load tests have the feed as their `collector`, their operations are
 * exported too, with the names that they have for Prometheus but for dots in
 * place of most underscores, such as `troupe.load.operations.ended`: with each
 * snapshot, and when the result is disposed.
 *
 * For metrics of actors there is `observeActors`. V8's heap and its garbage
 * collection are reported by Deno's own telemetry, as `v8js.memory.heap.used`
 * and `v8js.gc.duration`.
 *
 * @example
 * ```ts
 * import type { MetricsFeed } from "@troupe/troupe/metrics";
 * import { observeMetrics } from "@troupe/troupe/telemetry";
 *
 * function start(feed: MetricsFeed): Disposable {
 *   return observeMetrics(feed, { attributes: { "service.name": "orders" } });
 * }
 * console.assert(start.length === 1);
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if `feed` is not a feed, or an option is not known or has
 * the wrong type.
 */
export function observeMetrics(
  feed: MetricsFeed,
  options: ObserveMetricsOptions = {},
): Disposable {
  checkMethods("feed", feed, ["subscribe"], "a MetricsCollector");
  checkOptionNames("observeMetrics()", options, { attributes: true });
  checkAttributes(options.attributes);
  const registered = registerMetrics(METRICS, (report) => {
    const snapshot = feed.latest;
    if (snapshot === undefined) return;
    for (const metric of METRICS) {
      for (const [value, attributes] of metric.read(snapshot)) {
        report(metric, value, { ...options.attributes, ...attributes });
      }
    }
  });
  const live = isTelemetryOn()
    ? new LiveExport(options.attributes ?? {})
    : undefined;
  const push = () => live?.push(readSources(feed));
  const subscription = feed.subscribe(({ type }) => {
    if (type === "snapshot") push();
  });
  return {
    [Symbol.dispose]() {
      subscription[Symbol.dispose]();
      registered[Symbol.dispose]();
      // What came after the last snapshot.
      push();
    },
  };
}

function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1000;
}
