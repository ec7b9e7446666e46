/**
 * The metrics of a collector, with the names that Prometheus has for them.
 *
 * @module
 */
import {
  type ActorMetric,
  GROUP_METRICS,
  SYSTEM_METRICS,
} from "../actor/internal.ts";
import { baseUnitOf } from "./base_unit.ts";
import {
  type Entry,
  type MetricFamily,
  metricName,
  namesIn,
  withUnit,
} from "./metric_names.ts";
import type { MetricsSnapshot } from "./snapshot.ts";
import type { ThreadMetrics } from "./worker_metrics.ts";

/** A metric of a collector, and how its values are read. */
interface MetricOf<From> {
  readonly type: MetricFamily["type"];
  /** The name without its unit. */
  readonly stem: string;
  /** A word such as `seconds`, or nothing. */
  readonly unit: string;
  readonly help: string;
  /** Returns the values, which may be unknown, with their labels. */
  read(from: From): readonly Entry[];
}

/** A metric of the process or of the machine. */
export type OwnMetric = MetricOf<MetricsSnapshot>;

/** A metric that each thread has for itself. */
export type ThreadMetric = MetricOf<ThreadMetrics>;

const one = (value: number | null | undefined): Entry[] => [[{}, value]];

function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1000;
}

const OF_PROCESS: readonly OwnMetric[] = [
  {
    type: "counter",
    stem: "process_cpu",
    unit: "seconds",
    help: "Processor time",
    read: ({ process }) => [
      [{ mode: "user" }, seconds(process.cpuUserMs)],
      [{ mode: "system" }, seconds(process.cpuSystemMs)],
    ],
  },
  {
    type: "gauge",
    stem: "process_cpu_cores",
    unit: "",
    help: "Cores kept busy since the snapshot before",
    read: ({ process }) => one(process.cpuCores),
  },
  {
    type: "gauge",
    stem: "process_resident_memory",
    unit: "bytes",
    help: "Resident memory",
    read: ({ process }) => one(process.rssBytes),
  },
  {
    type: "gauge",
    stem: "process_open_fds",
    unit: "",
    help: "Open file descriptors",
    read: ({ process }) => one(process.openFiles),
  },
  {
    type: "counter",
    stem: "process_disk_read",
    unit: "bytes",
    help: "Bytes read from disks",
    read: ({ process }) => one(process.diskReadBytes),
  },
  {
    type: "counter",
    stem: "process_disk_written",
    unit: "bytes",
    help: "Bytes written to disks",
    read: ({ process }) => one(process.diskWrittenBytes),
  },
];

const OF_THREAD: readonly ThreadMetric[] = [
  {
    type: "gauge",
    stem: "v8_heap_used",
    unit: "bytes",
    help: "Heap in use",
    read: ({ process }) => one(process.heapUsedBytes),
  },
  {
    type: "gauge",
    stem: "v8_heap_size",
    unit: "bytes",
    help: "Heap that is allocated",
    read: ({ process }) => one(process.heapTotalBytes),
  },
  {
    type: "gauge",
    stem: "v8_external_memory",
    unit: "bytes",
    help: "Memory that objects hold outside the heap",
    read: ({ process }) => one(process.externalBytes),
  },
  {
    type: "gauge",
    stem: "v8_heap_space_used",
    unit: "bytes",
    help: "Heap in use, by space",
    read: ({ process }) =>
      (process.heapSpaces ?? []).map((
        { name, usedBytes },
      ) => [{ space: name }, usedBytes]),
  },
  {
    type: "gauge",
    stem: "v8_heap_space_size",
    unit: "bytes",
    help: "Heap that is allocated, by space",
    read: ({ process }) =>
      (process.heapSpaces ?? []).map((
        { name, sizeBytes },
      ) => [{ space: name }, sizeBytes]),
  },
  {
    type: "summary",
    stem: "v8_gc_pause",
    unit: "seconds",
    help: "Pauses for garbage collections",
    read: ({ process: { gc } }) =>
      gc === null ? [] : [[{}, { count: gc.count, sum: gc.pauseMs / 1000 }]],
  },
  {
    type: "gauge",
    stem: "event_loop_delay_p50",
    unit: "seconds",
    help: "Median delay of a timer since the snapshot before",
    read: ({ eventLoop }) => one(seconds(eventLoop?.delayP50Ms)),
  },
  {
    type: "gauge",
    stem: "event_loop_delay_p99",
    unit: "seconds",
    help: "99th percentile of the delay of a timer since the snapshot before",
    read: ({ eventLoop }) => one(seconds(eventLoop?.delayP99Ms)),
  },
  {
    type: "gauge",
    stem: "event_loop_delay_max",
    unit: "seconds",
    help: "Longest delay of a timer since the snapshot before",
    read: ({ eventLoop }) => one(seconds(eventLoop?.delayMaxMs)),
  },
];

const OF_HOST: readonly OwnMetric[] = [
  {
    type: "gauge",
    stem: "host_cores",
    unit: "",
    help: "Cores of the machine",
    read: ({ host }) => one(host.cores),
  },
  {
    type: "gauge",
    stem: "host_load_average",
    unit: "",
    help: "Load average",
    read: ({ host }) => [
      [{ window: "1m" }, host.load?.[0]],
      [{ window: "5m" }, host.load?.[1]],
      [{ window: "15m" }, host.load?.[2]],
    ],
  },
  {
    type: "gauge",
    stem: "host_memory_size",
    unit: "bytes",
    help: "Memory of the machine",
    read: ({ host }) => one(host.memoryTotalBytes),
  },
  {
    type: "gauge",
    stem: "host_memory_available",
    unit: "bytes",
    help: "Memory of the machine that is available",
    read: ({ host }) => one(host.memoryAvailableBytes),
  },
  {
    type: "counter",
    stem: "host_network_received",
    unit: "bytes",
    help: "Bytes received over interfaces with a device",
    read: ({ host }) => one(host.networkReceivedBytes),
  },
  {
    type: "counter",
    stem: "host_network_sent",
    unit: "bytes",
    help: "Bytes sent over interfaces with a device",
    read: ({ host }) => one(host.networkSentBytes),
  },
  {
    type: "gauge",
    stem: "cgroup_memory_limit",
    unit: "bytes",
    help: "Memory that the cgroup may use",
    read: ({ cgroup }) => one(cgroup?.memoryLimitBytes),
  },
  {
    type: "gauge",
    stem: "cgroup_memory_used",
    unit: "bytes",
    help: "Memory in use in the cgroup that has the limit",
    read: ({ cgroup }) => one(cgroup?.memoryUsedBytes),
  },
  {
    type: "gauge",
    stem: "cgroup_cpu_limit_cores",
    unit: "",
    help: "Cores that the cgroup may keep busy",
    read: ({ cgroup }) => one(cgroup?.cpuLimitCores),
  },
];

/** The names are those that OpenTelemetry's metrics have in Prometheus. */
function ofActors<From>(
  { name, kind, unit, description }: ActorMetric<From>,
  read: ThreadMetric["read"],
): ThreadMetric {
  return {
    type: kind === "counter" ? "counter" : "gauge",
    stem: metricName(name),
    unit: baseUnitOf(unit).word,
    help: description,
    read,
  };
}

/** The metrics of the process and of the machine. */
export const OWN_METRICS: readonly OwnMetric[] = [...OF_PROCESS, ...OF_HOST];

/** The metrics that each thread has for itself. */
export const THREAD_METRICS: readonly ThreadMetric[] = [
  ...OF_THREAD,
  ...GROUP_METRICS.map((metric) =>
    ofActors(metric, ({ actors }) =>
      (actors?.groups ?? []).map((
        group,
      ) => [{ troupe_actor_name: group.name }, metric.read(group)]))
  ),
  ...SYSTEM_METRICS.map((metric) =>
    ofActors(
      metric,
      ({ actors }) => actors === null ? [] : one(metric.read(actors)),
    )
  ),
];

/** The names of all of them are taken, known or not. */
const OWN_NAMES: ReadonlySet<string> = new Set(
  [...OWN_METRICS, ...THREAD_METRICS]
    .flatMap(({ stem, unit }) => namesIn(withUnit(stem, unit))),
);

/** Returns whether a name is one of the collector's, or may become one. */
export function isOwnName(name: string): boolean {
  return name.startsWith("troupe_") || OWN_NAMES.has(name);
}
