/**
 * Snapshots as a table.
 *
 * @module
 */
import { stringify } from "@std/csv";
import { checkSnapshots } from "./export.ts";
import type {
  ActorGroup,
  DistributionSummary,
  InstrumentSample,
  MetricsSnapshot,
} from "./snapshot.ts";

/** A cell, which is empty where the value is unknown. */
type Cell = number | null | undefined;

/** The columns that are always there, in their order. */
const COLUMNS: readonly (readonly [string, (from: MetricsSnapshot) => Cell])[] =
  [
    ["sequence", ({ sequence }) => sequence],
    ["atMs", ({ atMs }) => atMs],
    ["steadyMs", ({ steadyMs }) => steadyMs],
    ...([
      "cpuUserMs",
      "cpuSystemMs",
      "cpuCores",
      "rssBytes",
      "heapUsedBytes",
      "heapTotalBytes",
      "externalBytes",
      "openFiles",
      "diskReadBytes",
      "diskWrittenBytes",
    ] as const).map((name) =>
      [
        `process.${name}`,
        (from: MetricsSnapshot) => from.process[name],
      ] as const
    ),
    ["process.gc.count", ({ process }) => process.gc?.count],
    ["process.gc.pauseMs", ({ process }) => process.gc?.pauseMs],
    ...(["delayP50Ms", "delayP99Ms", "delayMaxMs"] as const).map((name) =>
      [
        `eventLoop.${name}`,
        (from: MetricsSnapshot) => from.eventLoop?.[name],
      ] as const
    ),
    ["host.cores", ({ host }) => host.cores],
    ["host.load1", ({ host }) => host.load?.[0]],
    ["host.load5", ({ host }) => host.load?.[1]],
    ["host.load15", ({ host }) => host.load?.[2]],
    ...([
      "memoryTotalBytes",
      "memoryAvailableBytes",
      "networkReceivedBytes",
      "networkSentBytes",
    ] as const).map((name) =>
      [`host.${name}`, (from: MetricsSnapshot) => from.host[name]] as const
    ),
    ...(["memoryLimitBytes", "memoryUsedBytes", "cpuLimitCores"] as const).map((
      name,
    ) =>
      [
        `cgroup.${name}`,
        (from: MetricsSnapshot) => from.cgroup?.[name],
      ] as const
    ),
    ["actors.deadLetters", ({ actors }) => actors?.deadLetters],
    ["actors.lateReplies", ({ actors }) => actors?.lateReplies],
  ];

const OF_GROUP = [
  "actors",
  "mailboxMessages",
  "mailboxBytes",
  "processed",
  "restarts",
  "busyMs",
] as const satisfies readonly (keyof ActorGroup)[];

const OF_SUMMARY = [
  "min",
  "mean",
  "p50",
  "p90",
  "p95",
  "p99",
  "p999",
  "max",
] as const satisfies readonly (keyof DistributionSummary)[];

/**
 * Returns snapshots as CSV (RFC 4180): a header, and a row for each snapshot.
 * The columns of process, event loop and host are always the same, in the same
 * order. After them come those of heap spaces, groups of actors and
 * instruments that occur in any of the snapshots, in the order of their names,
 * such as `actors[pool].processed` and `latency{route="/orders"}.p99`. A
 * histogram has its count and sum so far, and the percentiles of its window, but
 * no buckets. What is unknown is an empty cell.
 *
 * @example
 * ```ts
 * import { snapshotsToCsv } from "@troupe/troupe/metrics";
 *
 * console.assert(snapshotsToCsv([]).startsWith("sequence,atMs,steadyMs,"));
 * ```
 *
 * @throws {TypeError} if there is no array.
 */
export function snapshotsToCsv(snapshots: readonly MetricsSnapshot[]): string {
  checkSnapshots(snapshots);
  const rows = snapshots.map((snapshot) => ({
    fixed: COLUMNS.map(([, read]) => read(snapshot)),
    others: othersOf(snapshot),
  }));
  const names = new Set(rows.flatMap(({ others }) => [...others.keys()]));
  const others = [...names].sort();
  return stringify([
    [...COLUMNS.map(([name]) => name), ...others],
    ...rows.map((row) =>
      [
        ...row.fixed,
        ...others.map((name) => row.others.get(name)),
      ].map((cell) => cell ?? "")
    ),
  ]);
}

/** The cells whose columns depend on names of the program. */
function othersOf(snapshot: MetricsSnapshot): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const space of snapshot.process.heapSpaces ?? []) {
    const name = `process.heapSpaces[${space.name}]`;
    cells.set(`${name}.usedBytes`, space.usedBytes);
    cells.set(`${name}.sizeBytes`, space.sizeBytes);
  }
  for (const group of snapshot.actors?.groups ?? []) {
    for (const key of OF_GROUP) {
      cells.set(`actors[${group.name}].${key}`, group[key]);
    }
  }
  for (const sample of snapshot.instruments) {
    const name = `${sample.name}${labelText(sample)}`;
    if (sample.type !== "histogram") cells.set(name, sample.value);
    else {
      cells.set(`${name}.count`, sample.count);
      cells.set(`${name}.sum`, sample.sum);
      for (const key of OF_SUMMARY) {
        cells.set(`${name}.${key}`, sample.summary[key]);
      }
    }
  }
  return cells;
}

function labelText({ labels }: InstrumentSample): string {
  const pairs = Object.entries(labels).sort().map(([name, value]) =>
    `${name}=${JSON.stringify(value)}`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
