/**
 * The charts of a load test, and what it says in words.
 *
 * @module
 */
import type { LoadEnd, LoadEvent } from "../load_event.ts";
import { clockText, countText } from "../watch/format.ts";
import { type Panel, rate } from "./panel.ts";

/** The charts of a load test. */
export const LOAD_PANELS: readonly Panel<LoadEvent>[] = [
  {
    title: "Latency",
    unit: "ms",
    behind: "max",
    isLogarithmic: true,
    read: ({ point }) => ({
      p50: point.latencyP50Ms,
      p99: point.latencyP99Ms,
      max: point.latencyMaxMs,
    }),
  },
  {
    title: "Throughput",
    unit: "/s",
    behind: "planned",
    read(now, before) {
      const ms = elapsed(now, before);
      const planned = now.point.plannedPerSecond ??
        rate(now.total.planned, before?.total.planned, ms);
      return {
        ok: rate(now.total.ok, before?.total.ok, ms),
        // In the closed model users start as soon as they can: there is no plan.
        planned: now.run?.model === "closed" ? null : planned,
      };
    },
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
    behind: "planned",
    read: ({ point, inFlight }) => ({
      users: point.users,
      "in flight": inFlight,
      planned: point.plannedUsers ?? null,
    }),
  },
];

/** Sums up a load test that has ended in one line. */
export function endText({ durationMs, total }: LoadEnd): string {
  const took = clockText(durationMs / 1000);
  return [`took ${took}`, ...countTexts(total)].join(" · ");
}

function countTexts(total: LoadEvent["total"]): string[] {
  return [
    `${countText(total.ok)} ok`,
    `${countText(total.failed)} failed`,
    `${countText(total.timedOut)} timed out`,
    `${countText(total.dropped)} dropped`,
  ];
}

/** Sums up a load test in one line. */
export function loadText(progress: LoadEvent): string {
  const { phase, elapsedMs, plannedMs, total, point, inFlight } = progress;
  return [
    `${phaseText(phase)}, ${clockText(elapsedMs / 1000)} of ${
      clockText(plannedMs / 1000)
    }`,
    ...countTexts(total),
    `${countText(point.users)} users`,
    `${countText(inFlight)} in flight`,
  ].join(" · ");
}

/** Returns the name of a phase as it is read. */
export function phaseText(phase: string): string {
  return phase.replaceAll("_", " ");
}

function elapsed(now: LoadEvent, before: LoadEvent | undefined): number {
  return now.elapsedMs - (before?.elapsedMs ?? now.elapsedMs);
}
