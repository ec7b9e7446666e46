/**
 * The charts of the process, the machine and the actors.
 *
 * @module
 */
import type { ActorGroup, MetricsSnapshot } from "../snapshot.ts";
import { type Panel, rate } from "./panel.ts";
import type { Values } from "./series.ts";

/** The most lines of a chart of actors; the others are summed up. */
const MAX_GROUPS = 8;

/** The charts of the process, and of the container that it runs in. */
export const PROCESS_PANELS: readonly Panel<MetricsSnapshot>[] = [
  {
    title: "Processor",
    unit: "cores",
    read: ({ process, cgroup }) => ({
      busy: process.cpuCores,
      limit: cgroup?.cpuLimitCores ?? null,
    }),
  },
  {
    title: "Memory",
    unit: "bytes",
    read: ({ process }) => ({
      resident: process.rssBytes,
      "heap in use": process.heapUsedBytes,
      external: process.externalBytes,
    }),
  },
  {
    title: "Event loop delay",
    unit: "ms",
    behind: "max",
    isLogarithmic: true,
    read: ({ eventLoop }) => ({
      p50: eventLoop?.delayP50Ms ?? null,
      p99: eventLoop?.delayP99Ms ?? null,
      max: eventLoop?.delayMaxMs ?? null,
    }),
  },
  {
    title: "Garbage collection",
    unit: "ms/s",
    read: (now, before) => ({
      paused: rate(
        now.process.gc?.pauseMs,
        before?.process.gc?.pauseMs,
        elapsed(now, before),
      ),
    }),
  },
  {
    title: "Open files",
    unit: "",
    read: ({ process }) => ({ open: process.openFiles }),
  },
  {
    title: "Disk",
    unit: "bytes/s",
    read: (now, before) => ({
      read: rate(
        now.process.diskReadBytes,
        before?.process.diskReadBytes,
        elapsed(now, before),
      ),
      written: rate(
        now.process.diskWrittenBytes,
        before?.process.diskWrittenBytes,
        elapsed(now, before),
      ),
    }),
  },
];

/** The charts of the machine. */
export const HOST_PANELS: readonly Panel<MetricsSnapshot>[] = [
  {
    title: "Load average",
    unit: "",
    read: ({ host }) => ({
      "1 min": host.load?.[0] ?? null,
      "5 min": host.load?.[1] ?? null,
      "15 min": host.load?.[2] ?? null,
      cores: host.load === null ? null : host.cores,
    }),
  },
  {
    title: "Memory of the machine",
    unit: "bytes",
    read: ({ host: { memoryTotalBytes, memoryAvailableBytes } }) => ({
      used: memoryTotalBytes === null || memoryAvailableBytes === null
        ? null
        : memoryTotalBytes - memoryAvailableBytes,
      total: memoryTotalBytes,
    }),
  },
  {
    title: "Memory of the container",
    unit: "bytes",
    read: ({ cgroup }) => ({
      used: cgroup?.memoryUsedBytes ?? null,
      limit: cgroup?.memoryLimitBytes ?? null,
    }),
  },
  {
    title: "Network",
    unit: "bytes/s",
    read: (now, before) => ({
      received: rate(
        now.host.networkReceivedBytes,
        before?.host.networkReceivedBytes,
        elapsed(now, before),
      ),
      sent: rate(
        now.host.networkSentBytes,
        before?.host.networkSentBytes,
        elapsed(now, before),
      ),
    }),
  },
];

/** The charts of the actors, in groups. */
export const ACTOR_PANELS: readonly Panel<MetricsSnapshot>[] = [
  {
    title: "Messages handled",
    unit: "/s",
    read: byRate(({ processed }) => processed),
  },
  {
    title: "Mailbox depth",
    unit: "messages",
    read: (now) => byGroup(now, ({ mailboxMessages }) => mailboxMessages),
  },
  {
    title: "Actors",
    unit: "",
    read: (now) => byGroup(now, ({ actors }) => actors),
  },
  {
    title: "Busy",
    unit: "ms/s",
    read: byRate(({ busyMs }) => busyMs),
  },
  {
    title: "Restarts",
    unit: "/s",
    read: byRate(({ restarts }) => restarts),
  },
  {
    title: "Dead letters",
    unit: "/s",
    read: (now, before) => ({
      "dead letters": rate(
        now.actors?.deadLetters,
        before?.actors?.deadLetters,
        elapsed(now, before),
      ),
      "late replies": rate(
        now.actors?.lateReplies,
        before?.actors?.lateReplies,
        elapsed(now, before),
      ),
    }),
  },
];

function elapsed(
  now: MetricsSnapshot,
  before: MetricsSnapshot | undefined,
): number {
  return now.steadyMs - (before?.steadyMs ?? now.steadyMs);
}

function byRate(
  read: (group: ActorGroup) => number | null,
): Panel<MetricsSnapshot>["read"] {
  return (now, before) => {
    const old = new Map(
      before?.actors?.groups.map((group) => [group.name, read(group)]),
    );
    const ms = elapsed(now, before);
    return byGroup(now, (group) => rate(read(group), old.get(group.name), ms));
  };
}

function byGroup(
  { actors }: MetricsSnapshot,
  read: (group: ActorGroup) => number | null,
): Values {
  const values: Record<string, number | null> = {};
  actors?.groups.forEach((group, index) => {
    const value = read(group);
    if (index < MAX_GROUPS) values[group.name] = value;
    else if (value !== null) values.others = (values.others ?? 0) + value;
  });
  return values;
}
