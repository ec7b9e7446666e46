/**
 * What each chart shows of snapshots and of load tests.
 *
 * @module
 */
import type { ActorGroup, MetricsSnapshot } from "../snapshot.ts";
import type { LoadEvent } from "./load_event.ts";
import type { Values } from "./series.ts";

/** What one chart shows. */
export interface Panel<T> {
  readonly title: string;
  readonly unit: "cores" | "bytes" | "ms" | "messages" | "/s" | "";
  /**
   * A line that is drawn wider and behind the others, so that both are seen
   * where they are the same.
   */
  readonly behind?: string;
  /** Returns the next values, from an item and the one before it. */
  read(now: T, before: T | undefined): Values;
}

/** The most lines of a chart of actors; the others are summed up. */
const MAX_GROUPS = 8;

/** The charts of the process. */
export const PROCESS_PANELS: readonly Panel<MetricsSnapshot>[] = [
  {
    title: "Processor",
    unit: "cores",
    read: ({ process }) => ({ busy: process.cpuCores }),
  },
  {
    title: "Memory",
    unit: "bytes",
    read: ({ process }) => ({
      resident: process.rssBytes,
      "heap in use": process.heapUsedBytes,
    }),
  },
  {
    title: "Event loop delay",
    unit: "ms",
    behind: "max",
    read: ({ eventLoop }) => ({
      p50: eventLoop?.delayP50Ms ?? null,
      p99: eventLoop?.delayP99Ms ?? null,
      max: eventLoop?.delayMaxMs ?? null,
    }),
  },
  {
    title: "Messages handled",
    unit: "/s",
    read(now, before) {
      const old = new Map(
        before?.actors?.groups.map((group) => [group.name, group.processed]),
      );
      const ms = now.steadyMs - (before?.steadyMs ?? now.steadyMs);
      return byGroup(
        now,
        ({ name, processed }) => rate(processed, old.get(name), ms),
      );
    },
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
];

/** The charts of a load test. */
export const LOAD_PANELS: readonly Panel<LoadEvent>[] = [
  {
    title: "Latency",
    unit: "ms",
    behind: "max",
    read: ({ point }) => ({
      p50: point.latencyP50Ms,
      p99: point.latencyP99Ms,
      max: point.latencyMaxMs,
    }),
  },
  {
    title: "Throughput",
    unit: "/s",
    read: (now, before) => ({
      ok: rate(now.total.ok, before?.total.ok, elapsed(now, before)),
    }),
  },
  {
    title: "Errors",
    unit: "/s",
    read(now, before) {
      const ms = elapsed(now, before);
      const { total } = now;
      return {
        failed: rate(total.failed, before?.total.failed, ms),
        "timed out": rate(total.timedOut, before?.total.timedOut, ms),
        dropped: rate(total.dropped, before?.total.dropped, ms),
      };
    },
  },
  {
    title: "Users",
    unit: "",
    read: ({ point, inFlight }) => ({
      users: point.users,
      "in flight": inFlight,
    }),
  },
];

/** Sums up a load test in one line. */
export function loadText(progress: LoadEvent): string {
  const { phase, elapsedMs, plannedMs, total, point, inFlight } = progress;
  const count = (value: number) => value.toLocaleString("en");
  return [
    `${phaseText(phase)}, ${clockText(elapsedMs / 1000)} of ${
      clockText(plannedMs / 1000)
    }`,
    `${count(total.ok)} ok`,
    `${count(total.failed)} failed`,
    `${count(total.timedOut)} timed out`,
    `${count(total.dropped)} dropped`,
    `${count(point.users)} users`,
    `${count(inFlight)} in flight`,
  ].join(" · ");
}

/** Returns the name of a phase as it is read. */
export function phaseText(phase: string): string {
  return phase.replaceAll("_", " ");
}

/** Returns seconds as minutes and seconds. */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  const rest = String(whole % 60).padStart(2, "0");
  return `${Math.trunc(whole / 60)}:${rest}`;
}

/** Returns seconds since 1970 as a time of day. */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}

/** Returns a value as a chart and its axis show it. */
export function valueText(value: number | null, unit: string): string {
  if (value === null) return "–";
  if (unit !== "bytes") {
    const isLarge = Math.abs(value) >= 10_000;
    return value.toLocaleString("en", {
      maximumSignificantDigits: Math.abs(value) < 1000 ? 3 : 4,
      notation: isLarge ? "compact" : "standard",
    });
  }
  const power = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), 4);
  const scaled = (value / 1000 ** power).toLocaleString("en", {
    maximumSignificantDigits: 3,
  });
  return `${scaled} ${["B", "kB", "MB", "GB", "TB"][power]}`;
}

function elapsed(now: LoadEvent, before: LoadEvent | undefined): number {
  return now.elapsedMs - (before?.elapsedMs ?? now.elapsedMs);
}

/** Returns the rate per second; unknown at the start, and where a counter restarted. */
function rate(now: number, before: number | undefined, ms: number) {
  if (before === undefined || ms <= 0 || now < before) return null;
  return (now - before) / ms * 1000;
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
