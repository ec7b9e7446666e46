/**
 * What each thread of a program measures for itself, and the sums over threads.
 *
 * @module
 */
import type {
  ActorGroup,
  ActorMetrics,
  DistributionSummary,
  EventLoopMetrics,
  HistogramBuckets,
  HistogramSample,
  InstrumentSample,
  MetricsSnapshot,
  ProcessMetrics,
} from "./snapshot.ts";

/** The part of a snapshot that each thread has for itself. */
export type ThreadMetrics = Pick<
  MetricsSnapshot,
  "process" | "eventLoop" | "actors" | "instruments"
>;

/** What one worker measures for itself. */
export interface WorkerMetrics extends ThreadMetrics {
  /** The index of the worker, or `main` for the main thread. */
  readonly worker: string;
}

/** A `process` without what all threads have in common. */
const OF_ALL_THREADS = {
  cpuUserMs: null,
  cpuSystemMs: null,
  cpuCores: null,
  rssBytes: null,
  openFiles: null,
  diskReadBytes: null,
  diskWrittenBytes: null,
} as const;

/** Returns what the thread of a snapshot measures for itself. */
export function threadMetrics(
  { process, eventLoop, actors, instruments }: ThreadMetrics,
): ThreadMetrics {
  const own = { ...process, ...OF_ALL_THREADS };
  return { process: own, eventLoop, actors, instruments };
}

/**
 * Returns what has only grown, for a thread that has ended: its counts stay in
 * the sums, and what it used is free.
 */
export function totalsOf(
  { process, actors, instruments }: ThreadMetrics,
): ThreadMetrics {
  return {
    process: {
      ...OF_ALL_THREADS,
      heapUsedBytes: null,
      heapTotalBytes: null,
      externalBytes: null,
      heapSpaces: null,
      gc: process.gc,
    },
    eventLoop: null,
    actors: actors && {
      ...actors,
      groups: actors.groups.map((group) => ({
        ...group,
        actors: 0,
        mailboxMessages: 0,
        mailboxBytes: 0,
      })),
    },
    instruments: instruments.flatMap((sample): InstrumentSample[] => {
      if (sample.type === "histogram") {
        return [{ ...sample, summary: summarySum([]) }];
      }
      return sample.type === "counter" ? [sample] : [];
    }),
  };
}

/**
 * Returns the sums over threads. Of the delays of event loops, and of the
 * percentiles of a histogram's window, the worst one counts. Buckets have the
 * bounds that all have.
 */
export function sumOfThreads(parts: readonly ThreadMetrics[]): ThreadMetrics {
  return {
    process: processSum(parts.map(({ process }) => process)),
    eventLoop: worstDelay(parts.flatMap(({ eventLoop }) => eventLoop ?? [])),
    actors: actorSum(parts.flatMap(({ actors }) => actors ?? [])),
    instruments: instrumentSum(parts.flatMap((part) => part.instruments)),
  };
}

/**
 * Returns a snapshot with the sums over its threads. What the process has as a
 * whole stays as it is.
 */
export function withThreads(
  snapshot: MetricsSnapshot,
  threads: readonly ThreadMetrics[],
): MetricsSnapshot {
  const { process, ...sums } = sumOfThreads(threads);
  const { heapUsedBytes, heapTotalBytes, externalBytes, heapSpaces, gc } =
    process;
  return {
    ...snapshot,
    ...sums,
    process: {
      ...snapshot.process,
      heapUsedBytes,
      heapTotalBytes,
      externalBytes,
      heapSpaces,
      gc,
    },
  };
}

function processSum(all: readonly ProcessMetrics[]): ProcessMetrics {
  const spaces = Map.groupBy(
    all.flatMap(({ heapSpaces }) => heapSpaces ?? []),
    ({ name }) => name,
  );
  const gcs = all.flatMap(({ gc }) => gc ?? []);
  return {
    ...OF_ALL_THREADS,
    heapUsedBytes: known(all, ({ heapUsedBytes }) => heapUsedBytes),
    heapTotalBytes: known(all, ({ heapTotalBytes }) => heapTotalBytes),
    externalBytes: known(all, ({ externalBytes }) => externalBytes),
    heapSpaces: spaces.size === 0 ? null : [...spaces].map(([name, of]) => ({
      name,
      usedBytes: sum(of, ({ usedBytes }) => usedBytes),
      sizeBytes: sum(of, ({ sizeBytes }) => sizeBytes),
    })),
    gc: gcs.length === 0 ? null : {
      count: sum(gcs, ({ count }) => count),
      pauseMs: sum(gcs, ({ pauseMs }) => pauseMs),
    },
  };
}

function worstDelay(all: readonly EventLoopMetrics[]): EventLoopMetrics | null {
  if (all.length === 0) return null;
  return {
    delayP50Ms: Math.max(...all.map(({ delayP50Ms }) => delayP50Ms)),
    delayP99Ms: Math.max(...all.map(({ delayP99Ms }) => delayP99Ms)),
    delayMaxMs: Math.max(...all.map(({ delayMaxMs }) => delayMaxMs)),
  };
}

function actorSum(all: readonly ActorMetrics[]): ActorMetrics | null {
  if (all.length === 0) return null;
  const groups = Map.groupBy(
    all.flatMap(({ groups }) => groups),
    ({ name }) => name,
  );
  return {
    deadLetters: sum(all, ({ deadLetters }) => deadLetters),
    lateReplies: sum(all, ({ lateReplies }) => lateReplies),
    groups: [...groups].map(([name, of]): ActorGroup => ({
      name,
      actors: sum(of, ({ actors }) => actors),
      mailboxMessages: sum(of, ({ mailboxMessages }) => mailboxMessages),
      mailboxBytes: sum(of, ({ mailboxBytes }) => mailboxBytes),
      processed: sum(of, ({ processed }) => processed),
      restarts: sum(of, ({ restarts }) => restarts),
      busyMs: known(of, ({ busyMs }) => busyMs),
    })),
  };
}

function instrumentSum(all: readonly InstrumentSample[]): InstrumentSample[] {
  const series = Map.groupBy(
    all,
    ({ name, type, unit, labels }) =>
      JSON.stringify([name, type, unit, Object.entries(labels).sort()]),
  );
  return [...series.values()].flatMap((of): InstrumentSample[] => {
    const [first] = of;
    if (first === undefined) return [];
    if (first.type !== "histogram") {
      const value = sum(of, (one) => one.type === "histogram" ? 0 : one.value);
      return [{ ...first, value }];
    }
    const histograms = of.filter((one) => one.type === "histogram");
    return [{
      ...first,
      count: sum(histograms, ({ count }) => count),
      sum: sum(histograms, (one) => one.sum),
      buckets: bucketSum(histograms),
      summary: summarySum(histograms.map(({ summary }) => summary)),
    }];
  });
}

/** The count of a bound has all below it, so a bound that one lacks can go. */
function bucketSum(all: readonly HistogramSample[]): HistogramBuckets {
  const counts = all.map(({ buckets }) =>
    new Map(buckets.bounds.map((bound, at) => [bound, buckets.counts[at] ?? 0]))
  );
  const bounds = (all[0]?.buckets.bounds ?? [])
    .filter((bound) => counts.every((one) => one.has(bound)));
  return {
    bounds,
    counts: bounds.map((bound) => sum(counts, (one) => one.get(bound) ?? 0)),
  };
}

function summarySum(all: readonly DistributionSummary[]): DistributionSummary {
  const count = sum(all, (one) => one.count);
  const total = sum(all, (one) => one.sum);
  const of = (name: keyof DistributionSummary): number[] =>
    all.flatMap((one) => one[name] ?? []);
  const most = (name: keyof DistributionSummary): number | null => {
    const values = of(name);
    return values.length === 0 ? null : Math.max(...values);
  };
  const least = of("min");
  return {
    count,
    sum: total,
    min: least.length === 0 ? null : Math.min(...least),
    mean: count === 0 ? null : total / count,
    p50: most("p50"),
    p90: most("p90"),
    p95: most("p95"),
    p99: most("p99"),
    p999: most("p999"),
    max: most("max"),
  };
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

/** The sum of what is known; `null` if nothing is. */
function known<T>(
  all: readonly T[],
  of: (one: T) => number | null,
): number | null {
  const values = all.flatMap((one) => of(one) ?? []);
  return values.length === 0 ? null : sum(values, (value) => value);
}
