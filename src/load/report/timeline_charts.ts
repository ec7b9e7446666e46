/**
 * The charts of a report: pure decisions without I/O.
 *
 * @module
 */
import type { LoadResult, PhaseResult, TimelinePoint } from "../result.ts";
import { phaseText } from "../run/phases.ts";
import type { Chart, ChartSpan } from "./svg_chart.ts";

/** Returns the charts of a run. */
export function timelineCharts(result: LoadResult): Chart[] {
  const { phases, timeline: { points, intervalMs } } = result;
  const load = phases.filter(isLoad);
  const last = load.at(-1);
  const endMs = last === undefined
    ? Infinity
    : last.startedMs + last.durationMs;
  const spans: ChartSpan[] = load.map(({ name, startedMs, durationMs }) => ({
    name: phaseText(name),
    fromMs: startedMs,
    toMs: startedMs + durationMs,
  }));
  const lengths = points.map(({ atMs }) => lengthOf(atMs, intervalMs, endMs));
  const atMs = points.map(({ atMs }, index) =>
    atMs + (lengths[index] ?? 0) / 2
  );
  const values = (read: (point: TimelinePoint) => number | null) =>
    points.map(read);
  const rates = (read: (point: TimelinePoint) => number) =>
    points.map((point, index) => {
      const ms = lengths[index] ?? 0;
      return ms > 0 ? read(point) / ms * 1000 : null;
    });
  const shared = { atMs, spans };
  return [
    {
      ...shared,
      title: "Latency",
      unit: "ms, logarithmic",
      scale: "log",
      lines: [
        { name: "p50", values: values(({ latencyP50Ms }) => latencyP50Ms) },
        { name: "p99", values: values(({ latencyP99Ms }) => latencyP99Ms) },
        {
          name: "max",
          values: values(({ latencyMaxMs }) => latencyMaxMs),
          // It is the p99 as well where an interval has few operations.
          isBelow: true,
        },
      ],
    },
    {
      ...shared,
      title: "Throughput",
      unit: "operations per second",
      scale: "linear",
      lines: [{ name: "ok", values: rates(({ ok }) => ok) }],
    },
    {
      ...shared,
      title: "Errors",
      unit: "per second",
      scale: "linear",
      lines: [
        { name: "errors", values: rates(({ errors }) => errors) },
        { name: "dropped", values: rates(({ dropped }) => dropped) },
      ],
    },
    {
      ...shared,
      title: "Users",
      unit: "",
      scale: "linear",
      lines: [{ name: "users", values: values(({ users }) => users) }],
    },
  ];
}

function isLoad({ name }: PhaseResult): boolean {
  return name !== "prepare" && name !== "cleanup";
}

/** Returns the length of an interval; the last one may be shorter. */
function lengthOf(atMs: number, intervalMs: number, endMs: number): number {
  return Math.max(Math.min(intervalMs, endMs - atMs), 0);
}
