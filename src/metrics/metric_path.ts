/**
 * Numbers of a snapshot by name.
 *
 * @module
 */
import type { MetricsSnapshot } from "./snapshot.ts";

/** The path of a number in a snapshot. */
export type MetricPath =
  | "process.cpuUserMs"
  | "process.cpuSystemMs"
  | "process.cpuCores"
  | "process.rssBytes"
  | "process.heapUsedBytes"
  | "process.heapTotalBytes"
  | "process.externalBytes"
  | "process.gc.count"
  | "process.gc.pauseMs"
  | "process.openFiles"
  | "process.diskReadBytes"
  | "process.diskWrittenBytes"
  | "eventLoop.delayP50Ms"
  | "eventLoop.delayP99Ms"
  | "eventLoop.delayMaxMs"
  | "host.cores"
  | "host.memoryTotalBytes"
  | "host.memoryAvailableBytes"
  | "host.networkReceivedBytes"
  | "host.networkSentBytes"
  | "cgroup.memoryLimitBytes"
  | "cgroup.memoryUsedBytes"
  | "cgroup.cpuLimitCores"
  | "actors.deadLetters"
  | "actors.lateReplies";

const READERS: Readonly<
  Record<MetricPath, (snapshot: MetricsSnapshot) => number | null | undefined>
> = {
  "process.cpuUserMs": ({ process }) => process.cpuUserMs,
  "process.cpuSystemMs": ({ process }) => process.cpuSystemMs,
  "process.cpuCores": ({ process }) => process.cpuCores,
  "process.rssBytes": ({ process }) => process.rssBytes,
  "process.heapUsedBytes": ({ process }) => process.heapUsedBytes,
  "process.heapTotalBytes": ({ process }) => process.heapTotalBytes,
  "process.externalBytes": ({ process }) => process.externalBytes,
  "process.gc.count": ({ process }) => process.gc?.count,
  "process.gc.pauseMs": ({ process }) => process.gc?.pauseMs,
  "process.openFiles": ({ process }) => process.openFiles,
  "process.diskReadBytes": ({ process }) => process.diskReadBytes,
  "process.diskWrittenBytes": ({ process }) => process.diskWrittenBytes,
  "eventLoop.delayP50Ms": ({ eventLoop }) => eventLoop?.delayP50Ms,
  "eventLoop.delayP99Ms": ({ eventLoop }) => eventLoop?.delayP99Ms,
  "eventLoop.delayMaxMs": ({ eventLoop }) => eventLoop?.delayMaxMs,
  "host.cores": ({ host }) => host.cores,
  "host.memoryTotalBytes": ({ host }) => host.memoryTotalBytes,
  "host.memoryAvailableBytes": ({ host }) => host.memoryAvailableBytes,
  "host.networkReceivedBytes": ({ host }) => host.networkReceivedBytes,
  "host.networkSentBytes": ({ host }) => host.networkSentBytes,
  "cgroup.memoryLimitBytes": ({ cgroup }) => cgroup?.memoryLimitBytes,
  "cgroup.memoryUsedBytes": ({ cgroup }) => cgroup?.memoryUsedBytes,
  "cgroup.cpuLimitCores": ({ cgroup }) => cgroup?.cpuLimitCores,
  "actors.deadLetters": ({ actors }) => actors?.deadLetters,
  "actors.lateReplies": ({ actors }) => actors?.lateReplies,
};

/** Reads the number at each path. */
export const METRIC_READERS: ReadonlyMap<
  string,
  (snapshot: MetricsSnapshot) => number | null | undefined
> = new Map(Object.entries(READERS));
