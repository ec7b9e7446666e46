/**
 * The time series of a run: those of its load test, of the service and of its
 * store, under names that say which component each is of.
 *
 * @module
 */
import type { LoadResult } from "../load/mod.ts";
import type { MetricsSnapshot } from "../metrics/mod.ts";
import type { StoreStats } from "../store/mod.ts";
import type { MetricSeries } from "./correlation.ts";

/** What was measured during one run, on clocks that agree. */
export interface RunMeasurements {
  /** Result of the load test: its start and its timeline. */
  readonly load?: Pick<LoadResult, "startedAt" | "timeline">;
  /** Metrics snapshots of the service, oldest first. */
  readonly service?: readonly MetricsSnapshot[];
  /** Numbers of the store, oldest first: `data.stats()` now and then. */
  readonly store?: readonly StoreStats[];
  /** Further series, with times in milliseconds since 1970. */
  readonly series?: readonly MetricSeries[];
}

type Points = MetricSeries["points"];

/** Returns all series of a run that have a value. */
export function seriesOfRun(
  { load, service = [], store = [], series = [] }: RunMeasurements,
): MetricSeries[] {
  return [
    ...loadSeries(load),
    ...serviceSeries(service),
    ...storeSeries(store),
    ...series,
  ].filter(({ points }) => points.length > 0);
}

function loadSeries(load: RunMeasurements["load"]): MetricSeries[] {
  if (load === undefined) return [];
  const startedAt = Date.parse(load.startedAt);
  const { points } = load.timeline;
  const series = (
    name: string,
    of: (point: typeof points[number]) => number | null,
  ) => ({
    name,
    points: points.flatMap((point) => {
      const value = of(point);
      return value === null ? [] : [{ atMs: startedAt + point.atMs, value }];
    }),
  });
  return [
    series("load.latency_p50_ms", ({ latencyP50Ms }) => latencyP50Ms),
    series("load.latency_p99_ms", ({ latencyP99Ms }) => latencyP99Ms),
    series("load.ok", ({ ok }) => ok),
    series("load.errors", ({ errors }) => errors),
  ];
}

function serviceSeries(service: readonly MetricsSnapshot[]): MetricSeries[] {
  const series = (
    name: string,
    of: (snapshot: MetricsSnapshot) => number | null | undefined,
  ) => ({ name, points: pointsOf(service, ({ steadyMs }) => steadyMs, of) });
  const mailboxes = new Set(
    service.flatMap(({ actors }) =>
      actors?.groups.map(({ name }) => name) ?? []
    ),
  );
  return [
    series("service.cpu_cores", ({ process }) => process.cpuCores),
    series("service.heap_bytes", ({ process }) => process.heapUsedBytes),
    series(
      "service.event_loop_p99_ms",
      ({ eventLoop }) => eventLoop?.delayP99Ms,
    ),
    {
      name: "service.gc_pause_ms",
      points: growthOf(
        service,
        ({ steadyMs }) => steadyMs,
        ({ process }) => process.gc?.pauseMs,
      ),
    },
    ...[...mailboxes].map((group) =>
      series(
        `service.mailboxes.${group}`,
        ({ actors }) =>
          actors?.groups.find(({ name }) => name === group)?.mailboxMessages,
      )
    ),
  ];
}

function storeSeries(store: readonly StoreStats[]): MetricSeries[] {
  const at = ({ atMs }: StoreStats): number => atMs;
  const waiting = (name: string, of: (stats: StoreStats) => number) => ({
    name,
    points: pointsOf(store, at, of),
  });
  const perStep = (name: string, of: (stats: StoreStats) => number) => ({
    name,
    points: growthOf(store, at, of),
  });
  return [
    waiting("store.writes_waiting", ({ writer }) => writer.waiting),
    waiting("store.reads_waiting", ({ readers }) => readers.waiting),
    waiting("store.hashes_waiting", ({ auth }) => auth.hashesWaiting),
    perStep("store.writer_busy_ms", ({ writer }) => writer.busyMs),
    perStep("store.commit_ms", ({ writer }) => writer.commitMs),
    perStep("store.readers_busy_ms", ({ readers }) => readers.busyMs),
    perStep("store.hashing_ms", ({ auth }) => auth.hashesBusyMs),
  ];
}

function pointsOf<T>(
  samples: readonly T[],
  at: (sample: T) => number,
  of: (sample: T) => number | null | undefined,
): Points {
  return samples.flatMap((sample) => {
    const value = of(sample);
    return value === null || value === undefined
      ? []
      : [{ atMs: at(sample), value }];
  });
}

/** Returns by how much a sum grows in a second, from sample to sample. */
function growthOf<T>(
  samples: readonly T[],
  at: (sample: T) => number,
  of: (sample: T) => number | null | undefined,
): Points {
  return pointsOf(samples, at, of).flatMap(({ atMs, value }, index, all) => {
    const before = all[index - 1];
    const ms = atMs - (before?.atMs ?? atMs);
    // A process that was started again begins anew.
    return before === undefined || !(ms > 0) || value < before.value
      ? []
      : [{ atMs, value: 1000 * (value - before.value) / ms }];
  });
}
