/**
 * The charts of a report: pure decisions without I/O.
 *
 * @module
 */
import type {
  LoadResult,
  PhaseResult,
  Timeline,
  TimelinePoint,
} from "../result.ts";
import type { OperationDetail } from "../result_details.ts";
import { phaseText } from "../run/phases.ts";
import { percent } from "./numbers.ts";
import type { Chart, ChartLine, ChartSpan } from "./svg_chart.ts";

/** What all charts of a run over time have in common. */
interface OverTime {
  readonly atMs: readonly number[];
  readonly spans: readonly ChartSpan[];
  /** Returns a value of each interval. */
  values(read: (point: TimelinePoint) => number | null): (number | null)[];
  /** Returns a count of each interval, per second. */
  rates(read: (point: TimelinePoint) => number): (number | null)[];
}

/** Returns the charts of all operations together. */
export function timelineCharts(result: LoadResult): Chart[] {
  const over = overTime(result, result.timeline);
  return [
    latencyChart("Latency", over),
    {
      ...frame(over),
      title: "Throughput",
      unit: "operations per second",
      scale: "linear",
      lines: [
        { name: "ok", values: over.rates(({ ok }) => ok) },
        ...plannedLine(over, (point) => point.plannedPerSecond),
      ],
    },
    errorsChart(over),
    {
      ...frame(over),
      title: "Users",
      unit: "at the same time",
      scale: "linear",
      lines: [
        { name: "users", values: over.values(({ users }) => users) },
        ...plannedLine(over, (point) => point.plannedUsers),
      ],
    },
  ];
}

/** Returns what is planned, if that is of this kind. */
function plannedLine(
  over: OverTime,
  read: (point: TimelinePoint) => number | null,
): ChartLine[] {
  // Results of older versions have none.
  const values = over.values((point) => read(point) ?? null);
  return values.every((value) => value === null)
    ? []
    : [{ name: "planned", values, isBelow: true }];
}

/** Returns the charts of the generator itself. */
export function generatorCharts({ generator, ...result }: LoadResult): Chart[] {
  const { points } = generator;
  const { intervalMs } = result.timeline;
  const spans = spansOf(result);
  const endMs = endOf(result);
  const shared = {
    atMs: points.map(({ atMs }) =>
      atMs + lengthOf(atMs, intervalMs, endMs) / 2
    ),
    spans,
  };
  return [
    {
      ...shared,
      title: "Processor",
      unit: "cores busy with work",
      scale: "linear",
      lines: [{
        name: "cores",
        values: points.map(({ cpuCores }) => cpuCores),
      }],
    },
    {
      ...shared,
      title: "Lateness",
      unit: "ms (p99), logarithmic",
      scale: "log",
      lines: [
        { name: "starts", values: points.map(({ lagP99Ms }) => lagP99Ms) },
        {
          name: "event loop",
          values: points.map(({ eventLoopDelayP99Ms }) => eventLoopDelayP99Ms),
        },
      ],
    },
  ];
}

/** Returns the charts of one operation. */
export function detailCharts(
  result: LoadResult,
  detail: OperationDetail,
): Chart[] {
  const { timeline } = detail;
  if (timeline === null) return [percentileChart(detail)];
  const over = overTime(result, timeline);
  return [
    latencyChart("Latency", over),
    {
      ...frame(over),
      title: "Rate",
      unit: "per second",
      scale: "linear",
      lines: [
        { name: "ok", values: over.rates(({ ok }) => ok) },
        { name: "not ok", values: over.rates(({ errors }) => errors) },
        ...droppedLine(over),
      ],
    },
    percentileChart(detail),
  ];
}

function latencyChart(title: string, over: OverTime): Chart {
  const { values } = over;
  return {
    ...frame(over),
    title,
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
  };
}

function errorsChart(over: OverTime): Chart {
  return {
    ...frame(over),
    title: "Errors",
    unit: "per second",
    scale: "linear",
    lines: [
      {
        name: "failed",
        values: over.rates(({ errors, timedOut }) => errors - timedOut),
      },
      { name: "timed out", values: over.rates(({ timedOut }) => timedOut) },
      ...droppedLine(over),
    ],
  };
}

/** A line of zeros would hide others: the closed model drops nothing. */
function droppedLine(over: OverTime): ChartLine[] {
  const values = over.rates(({ dropped }) => dropped);
  return values.some((value) => value !== null && value > 0)
    ? [{ name: "dropped", values }]
    : [];
}

const MARKS = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999];

/**
 * Draws how long the fastest part of all operations takes at most, on the scale
 * of HDR histograms: each step to the right has a tenth of the operations.
 */
function percentileChart({ percentiles }: OperationDetail): Chart {
  const before = percentiles.filter(([fraction]) => fraction < 1);
  const most = Math.max(0, ...before.map(([fraction]) => nines(fraction)));
  // All of them is as far beyond the last one as half a step.
  const end = most + 0.5;
  const at = (fraction: number) => fraction < 1 ? nines(fraction) : end;
  return {
    title: "Percentiles",
    unit: "of the latency, in ms, logarithmic",
    scale: "log",
    spans: [],
    atMs: percentiles.map(([fraction]) => at(fraction)),
    marks: [
      ...MARKS.filter((fraction) => nines(fraction) <= most)
        .map((fraction) => ({ at: at(fraction), text: text(fraction) })),
      { at: end, text: "max" },
    ],
    names: percentiles.map(([fraction]) =>
      fraction < 1 ? text(fraction) : "max"
    ),
    lines: [{ name: "ms", values: percentiles.map(([, ms]) => ms) }],
  };
}

/** Returns how many nines a fraction has: 1 for 0.9, 2 for 0.99. */
function nines(fraction: number): number {
  return -Math.log10(1 - Math.min(Math.max(fraction, 0), 0.9999999));
}

function text(fraction: number): string {
  return percent(fraction, 8);
}

function frame({ atMs, spans }: OverTime): Pick<Chart, "atMs" | "spans"> {
  return { atMs, spans };
}

function spansOf(
  { phases, stages = [] }: Pick<LoadResult, "phases" | "stages">,
): ChartSpan[] {
  const named = stages.length > 0
    ? stages
    : phases.filter(isLoad).map((phase) => ({
      ...phase,
      name: phaseText(phase.name),
    }));
  return named.map(({ name, startedMs, durationMs }) => ({
    name,
    fromMs: startedMs,
    toMs: startedMs + durationMs,
  }));
}

/** Returns when the load ended, in milliseconds of the run. */
function endOf({ phases }: Pick<LoadResult, "phases">): number {
  const last = phases.findLast(isLoad);
  return last === undefined ? Infinity : last.startedMs + last.durationMs;
}

function isLoad({ name }: PhaseResult): boolean {
  return name !== "prepare" && name !== "cleanup";
}

function overTime(
  result: Pick<LoadResult, "phases" | "stages">,
  { points, intervalMs }: Timeline,
): OverTime {
  const spans = spansOf(result);
  const endMs = endOf(result);
  const lengths = points.map(({ atMs }) => lengthOf(atMs, intervalMs, endMs));
  return {
    spans,
    atMs: points.map(({ atMs }, index) => atMs + (lengths[index] ?? 0) / 2),
    values: (read) => points.map(read),
    rates: (read) =>
      points.map((point, index) => {
        const ms = lengths[index] ?? 0;
        return ms > 0 ? read(point) / ms * 1000 : null;
      }),
  };
}

/** Returns the length of an interval; the last one may be shorter. */
function lengthOf(atMs: number, intervalMs: number, endMs: number): number {
  return Math.max(Math.min(intervalMs, endMs - atMs), 0);
}
