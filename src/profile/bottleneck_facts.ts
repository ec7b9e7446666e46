/**
 * The facts in the measurements, as numbers that are finite or `null`.
 *
 * @module
 */
import type { MetricsSnapshot } from "../metrics/mod.ts";
import type {
  BottleneckMeasurements,
  QueueMeasurement,
} from "./bottleneck_report.ts";
import { concurrencyOf, demandMsOf, finite, waitMsOf } from "./queueing.ts";
import { medianOf, risingPValue, theilSenSlope } from "./trend.ts";

/** The facts about a queue. */
export interface QueueFacts {
  readonly name: string;
  readonly meanDepth: number;
  readonly lastDepth: number;
  /** Above 0 only if it keeps growing. */
  readonly growthPerSecond: number;
  /** By Little's law. */
  readonly waitMs: number | null;
}

/** The facts about a service. */
export interface Facts {
  readonly model: "open" | "closed" | null;
  /** Operations that ended per second, successful or not. */
  readonly rate: number | null;
  readonly meanMs: number | null;
  /** By Little's law. */
  readonly concurrency: number | null;
  readonly users: number | null;
  /** Average number of busy cores. */
  readonly cpuCores: number | null;
  /** Share of the available cores that was busy, from 0 to 1. */
  readonly cpuUtilisation: number | null;
  /** By the utilisation law. */
  readonly cpuDemandMs: number | null;
  /** The median over the snapshots. */
  readonly loopDelayP99Ms: number | null;
  readonly latencyP99Ms: number | null;
  readonly queues: readonly QueueFacts[];
}

/** Maximum points of a queue's trend: the time grows with their square. */
const MAX_POINTS = 500;
/** Significance level for the growth of a queue. */
const SIGNIFICANCE = 0.01;

/** Reads the facts from the measurements. */
export function readFacts(measurements: BottleneckMeasurements): Facts {
  const { load, availableCores = 1 } = measurements;
  const rate = endedPerSecond(load);
  const meanMs = finite(load?.steady.latency.mean);
  const service = steadyOf(measurements, measurements.service ?? []);
  const cpuCores = meanOf(service.map(({ process }) => process.cpuCores));
  return {
    model: load?.model ?? null,
    rate,
    meanMs,
    concurrency: rate === null || meanMs === null
      ? null
      : finite(concurrencyOf(rate, meanMs)),
    users: finite(load?.users.peak),
    cpuCores,
    cpuUtilisation: cpuCores === null
      ? null
      : Math.min(1, cpuCores / availableCores),
    cpuDemandMs: cpuCores === null || rate === null
      ? null
      : demandMsOf(cpuCores, rate),
    loopDelayP99Ms: medianOf(
      service.flatMap(({ eventLoop }) => finite(eventLoop?.delayP99Ms) ?? []),
    ),
    latencyP99Ms: finite(load?.steady.latency.p99),
    queues: [
      ...measurements.queues ?? [],
      ...mailboxes(service),
      ...gauges(service, measurements.queueGauges ?? []),
    ].flatMap((queue) => readQueue(queue, rate) ?? []),
  };
}

function endedPerSecond(load: BottleneckMeasurements["load"]): number | null {
  const throughput = finite(load?.steady.throughput);
  if (load === undefined || throughput === null) return null;
  const { ok, failed, timedOut } = load.steady.accounting;
  // The throughput counts successful operations only.
  return ok > 0 ? finite(throughput / ok * (ok + failed + timedOut)) : null;
}

/** Returns those samples that are from the steady phase of a load test. */
export function steadyOf<T extends { readonly atMs: number }>(
  { load }: BottleneckMeasurements,
  samples: readonly T[],
): readonly T[] {
  const steady = load?.phases.find(({ name }) => name === "steady");
  if (load === undefined || steady === undefined) return samples;
  const from = Date.parse(load.startedAt) + steady.startedMs;
  const to = from + steady.durationMs;
  const within = samples.filter(({ atMs }) => atMs >= from && atMs <= to);
  // Samples of another clock are better than none.
  return within.length > 0 ? within : samples;
}

function mailboxes(service: readonly MetricsSnapshot[]): QueueMeasurement[] {
  const names = new Set(
    service.flatMap(({ actors }) => actors?.groups.map(({ name }) => name)),
  );
  return [...names].flatMap((group) => {
    if (group === undefined) return [];
    const samples = service.flatMap(({ atMs, actors }) => {
      const found = actors?.groups.find(({ name }) => name === group);
      return found === undefined
        ? []
        : [{ atMs, depth: found.mailboxMessages }];
    });
    return [{ name: `mailboxes of ${group}`, samples }];
  });
}

function gauges(
  service: readonly MetricsSnapshot[],
  names: readonly string[],
): QueueMeasurement[] {
  return names.map((name) => ({
    name,
    samples: service.flatMap(({ atMs, instruments }) => {
      const depths = instruments.flatMap((sample) =>
        sample.type === "gauge" && sample.name === name ? [sample.value] : []
      );
      if (depths.length === 0) return [];
      return [{ atMs, depth: depths.reduce((sum, depth) => sum + depth, 0) }];
    }),
  }));
}

function readQueue(
  { name, samples }: QueueMeasurement,
  rate: number | null,
): QueueFacts | null {
  const step = Math.ceil(samples.length / MAX_POINTS);
  const points = samples.flatMap(({ atMs, depth }) => {
    const y = finite(depth);
    return y === null || !Number.isFinite(atMs) ? [] : [{ x: atMs / 1000, y }];
  });
  const meanDepth = meanOf(points.map(({ y }) => y));
  const last = points.at(-1);
  if (meanDepth === null || last === undefined) return null;
  const few = points.filter((_, index) => index % step === 0);
  const slope = finite(theilSenSlope(few)) ?? 0;
  const grows = few.length >= 10 &&
    risingPValue(few.map(({ y }) => y)) <= SIGNIFICANCE;
  return {
    name,
    meanDepth,
    lastDepth: last.y,
    growthPerSecond: grows ? slope : 0,
    waitMs: rate === null ? null : waitMsOf(meanDepth, rate),
  };
}

/** Returns the mean of the known values; `null` if there are none. */
function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.flatMap((value) => finite(value) ?? []);
  if (known.length === 0) return null;
  return finite(known.reduce((sum, value) => sum + value / known.length, 0));
}
