/**
 * A snapshot as families of metrics, with the names that Prometheus has for
 * them.
 *
 * @module
 */
import {
  type ActorMetric,
  GROUP_METRICS,
  SYSTEM_METRICS,
} from "../actor/internal.ts";
import {
  type Entry,
  family,
  legalLabels,
  type MetricFamily,
  metricName,
  type SummaryValue,
  uniqueNames,
  unitWord,
} from "./metric_names.ts";
import type {
  DistributionSummary,
  InstrumentSample,
  MetricsSnapshot,
} from "./snapshot.ts";

/** Returns the families of a snapshot, without what is unknown. */
export function metricFamilies(snapshot: MetricsSnapshot): MetricFamily[] {
  return uniqueNames([
    ...ofProcess(snapshot),
    ...ofHost(snapshot),
    ...ofActors(snapshot),
    ...ofInstruments(snapshot.instruments),
  ]);
}

function ofProcess({ process, eventLoop }: MetricsSnapshot): MetricFamily[] {
  const spaces = process.heapSpaces ?? [];
  const { gc } = process;
  return [
    family("counter", "process_cpu", "seconds", "Processor time", [
      [{ mode: "user" }, seconds(process.cpuUserMs)],
      [{ mode: "system" }, seconds(process.cpuSystemMs)],
    ]),
    family(
      "gauge",
      "process_cpu_cores",
      "",
      "Cores kept busy since the snapshot before",
      one(process.cpuCores),
    ),
    family(
      "gauge",
      "process_resident_memory",
      "bytes",
      "Resident memory",
      one(process.rssBytes),
    ),
    family(
      "gauge",
      "v8_heap_used",
      "bytes",
      "Heap in use",
      one(process.heapUsedBytes),
    ),
    family(
      "gauge",
      "v8_heap_size",
      "bytes",
      "Heap that is allocated",
      one(process.heapTotalBytes),
    ),
    family(
      "gauge",
      "v8_external_memory",
      "bytes",
      "Memory that objects hold outside the heap",
      one(process.externalBytes),
    ),
    family(
      "gauge",
      "v8_heap_space_used",
      "bytes",
      "Heap in use, by space",
      spaces.map(({ name, usedBytes }) => [{ space: name }, usedBytes]),
    ),
    family(
      "gauge",
      "v8_heap_space_size",
      "bytes",
      "Heap that is allocated, by space",
      spaces.map(({ name, sizeBytes }) => [{ space: name }, sizeBytes]),
    ),
    family(
      "summary",
      "v8_gc_pause",
      "seconds",
      "Pauses for garbage collections",
      gc === null
        ? []
        : [[{}, { count: gc.count, sum: gc.pauseMs / 1000, quantiles: [] }]],
    ),
    family(
      "gauge",
      "process_open_fds",
      "",
      "Open file descriptors",
      one(process.openFiles),
    ),
    family(
      "counter",
      "process_disk_read",
      "bytes",
      "Bytes read from disks",
      one(process.diskReadBytes),
    ),
    family(
      "counter",
      "process_disk_written",
      "bytes",
      "Bytes written to disks",
      one(process.diskWrittenBytes),
    ),
    family(
      "gauge",
      "event_loop_delay_p50",
      "seconds",
      "Median delay of a timer since the snapshot before",
      one(seconds(eventLoop?.delayP50Ms)),
    ),
    family(
      "gauge",
      "event_loop_delay_p99",
      "seconds",
      "99th percentile of the delay of a timer since the snapshot before",
      one(seconds(eventLoop?.delayP99Ms)),
    ),
    family(
      "gauge",
      "event_loop_delay_max",
      "seconds",
      "Longest delay of a timer since the snapshot before",
      one(seconds(eventLoop?.delayMaxMs)),
    ),
  ];
}

function ofHost({ host }: MetricsSnapshot): MetricFamily[] {
  return [
    family("gauge", "host_cores", "", "Cores of the machine", one(host.cores)),
    family("gauge", "host_load_average", "", "Load average", [
      [{ window: "1m" }, host.load?.[0]],
      [{ window: "5m" }, host.load?.[1]],
      [{ window: "15m" }, host.load?.[2]],
    ]),
    family(
      "gauge",
      "host_memory_size",
      "bytes",
      "Memory of the machine",
      one(host.memoryTotalBytes),
    ),
    family(
      "gauge",
      "host_memory_available",
      "bytes",
      "Memory of the machine that is available",
      one(host.memoryAvailableBytes),
    ),
    family(
      "counter",
      "host_network_received",
      "bytes",
      "Bytes received over all interfaces but the loopback",
      one(host.networkReceivedBytes),
    ),
    family(
      "counter",
      "host_network_sent",
      "bytes",
      "Bytes sent over all interfaces but the loopback",
      one(host.networkSentBytes),
    ),
  ];
}

/** The names are those that OpenTelemetry's metrics have in Prometheus. */
function ofActors({ actors }: MetricsSnapshot): MetricFamily[] {
  if (actors === null) return [];
  const { groups } = actors;
  return [
    ...GROUP_METRICS.map((metric) =>
      ofActorMetric(
        metric,
        groups.map((
          group,
        ) => [{ troupe_actor_name: group.name }, metric.read(group)]),
      )
    ),
    ...SYSTEM_METRICS.map((metric) =>
      ofActorMetric(metric, one(metric.read(actors)))
    ),
  ];
}

function ofActorMetric<T>(
  { name, kind, unit, description }: ActorMetric<T>,
  entries: readonly Entry[],
): MetricFamily {
  return family(
    kind === "counter" ? "counter" : "gauge",
    metricName(name),
    unitWord(unit),
    description,
    entries,
  );
}

/** Samples of one name, type and unit are one family. */
function ofInstruments(samples: readonly InstrumentSample[]): MetricFamily[] {
  const groups = Map.groupBy(
    samples,
    ({ name, type, unit }) => JSON.stringify([name, type, unit]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { type, name, unit, help } = first;
    return family(
      type === "histogram" ? "summary" : type,
      metricName(name.replace(/[._]total$/, "")),
      unitWord(unit),
      help,
      group.map((
        sample,
      ) => [
        legalLabels(sample.labels),
        sample.type === "histogram" ? summary(sample.summary) : sample.value,
      ]),
    );
  });
}

const one = (value: number | null | undefined): Entry[] => [[{}, value]];

function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : ms / 1000;
}

function summary(from: DistributionSummary): SummaryValue {
  const { count, sum } = from;
  const known = [
    ["0.5", from.p50],
    ["0.9", from.p90],
    ["0.95", from.p95],
    ["0.99", from.p99],
    ["0.999", from.p999],
    ["1", from.max],
  ] as const;
  const quantiles = known.flatMap(([part, value]) =>
    value === null ? [] : [[part, value] as const]
  );
  return { count, sum, quantiles };
}
