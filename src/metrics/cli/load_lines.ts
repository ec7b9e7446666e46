/**
 * The lines of a load test: how far it is, what was planned and what was
 * reached, whether its criteria hold, and its operations.
 *
 * @module
 */
import type {
  LoadEnd,
  LoadEvent,
  LoadOperation,
  LoadResults,
} from "../load_event.ts";
import { clockText, percentText, valueText } from "../watch/format.ts";
import type { MetricsSnapshot } from "../snapshot.ts";
import { count } from "../watch/counted.ts";
import type { LoadCriterionState } from "../watch/protocol.ts";
import type { Column } from "./columns.ts";
import { type LoadState, perSecond } from "./load_state.ts";
import { bold, inverse, red } from "./style.ts";
import { lineMaker } from "./table.ts";
import { text, wrapped } from "./texts.ts";

/** Columns of the bar. */
const BAR = 20;

const CRITERIA: readonly Column<LoadCriterionState>[] = [
  {
    title: "criterion",
    cell: (criterion) => text(criterion.text),
    isText: true,
  },
  {
    title: "holds",
    width: 11,
    cell: ({ holds }) =>
      holds === null ? "no data yet" : holds ? "✓ yes" : "✗ no",
    isText: true,
  },
  { title: "now", width: 14, cell: ({ value }) => text(value ?? "–") },
];

function time(
  title: string,
  read: (row: LoadOperation) => number | null,
): Column<LoadOperation> {
  return { title, width: 7, cell: (row) => valueText(read(row), "ms") };
}

const OPERATIONS: readonly Column<LoadOperation>[] = [
  { title: "operation", cell: ({ name }) => text(name), isText: true },
  { title: "ok", width: 7, cell: ({ ok }) => count(ok) },
  {
    title: "ok/s",
    width: 6,
    cell: (row) => valueText(row.perSecond, "/s"),
  },
  { title: "errors", width: 7, cell: (row) => percentText(errorRate(row)) },
  time("p50 ms", ({ p50Ms }) => p50Ms),
  time("p95 ms", ({ p95Ms }) => p95Ms),
  time("p99 ms", ({ p99Ms }) => p99Ms),
  time("max ms", ({ maxMs }) => maxMs),
  { title: "failed", width: 7, cell: ({ failed }) => count(failed) },
  { title: "timed out", width: 9, cell: ({ timedOut }) => count(timedOut) },
  { title: "dropped", width: 7, cell: ({ dropped }) => count(dropped) },
];

const ERRORS: readonly Column<LoadResults["errors"][number]>[] = [
  { title: "error", cell: ({ message }) => text(message), isText: true },
  { title: "number", width: 9, cell: (row) => count(row.count) },
];

function errorRate({ ok, failed, timedOut }: LoadOperation): number | null {
  const ended = ok + failed + timedOut;
  return ended === 0 ? null : (failed + timedOut) / ended;
}

/** Returns the lines of a load test, of which none is cut off yet. */
export function loadLines(
  load: LoadState | undefined,
  snapshot: MetricsSnapshot | undefined,
  columns: number,
): string[] {
  if (load === undefined) return ["This program runs no load test."];
  const { now, end } = load;
  const results = end?.results ?? now?.results;
  return [
    ...now === undefined ? [] : [titleOf(now)],
    ...end === undefined
      ? progressLines(load, snapshot)
      : endLines(end, columns),
    ...results === undefined ? [] : [
      ...tableOf(
        CRITERIA,
        results.criteria,
        columns,
        ({ holds }) => holds === false,
      ),
      ...tableOf(OPERATIONS, results.operations, columns),
      ...tableOf(ERRORS, results.errors, columns),
    ],
  ];
}

function titleOf({ run }: LoadEvent): string {
  if (run === undefined) return bold("Load test");
  const description = run.description === null ? "" : ` — ${run.description}`;
  // One of several lines is one here.
  return `${bold(text(run.name))} (${run.model} model)${
    text(description.replaceAll(/\s+/g, " "))
  }`;
}

function progressLines(
  load: LoadState,
  snapshot: MetricsSnapshot | undefined,
): string[] {
  const { now } = load;
  if (now === undefined) return [];
  const { elapsedMs, plannedMs, phase, total, point, inFlight } = now;
  const fraction = plannedMs > 0 ? Math.min(1, elapsedMs / plannedMs) : 1;
  const bar = "█".repeat(Math.round(fraction * BAR)).padEnd(BAR, "░");
  const ended = (event: LoadEvent) => event.total.failed + event.total.timedOut;
  return [
    joined([
      `${bar} ${bold(text(phase.replaceAll("_", " ")))}, ${
        clockText(elapsedMs / 1000)
      } of ${clockText(plannedMs / 1000)}`,
      plannedMs > elapsedMs ? "" : "ending",
    ]),
    joined([
      planned(`${count(point.users)} users`, point.plannedUsers ?? null, ""),
      `${count(inFlight)} in flight`,
      planned(
        `${valueText(perSecond(load, ({ total }) => total.ok), "/s")} ok/s`,
        point.plannedPerSecond ?? null,
        "/s",
      ),
      `${valueText(perSecond(load, ended), "/s")} errors/s`,
    ]),
    `so far ${totalLine(total)}`,
    joined([
      `latency now p50 ${valueText(point.latencyP50Ms, "ms")} ms`,
      `p99 ${valueText(point.latencyP99Ms, "ms")} ms`,
      `max ${valueText(point.latencyMaxMs, "ms")} ms`,
    ]),
    ...snapshot === undefined ? [] : [generatorLine(snapshot)],
  ];
}

/** Returns what was reached, beside what was planned. */
function planned(reached: string, value: number | null, unit: string): string {
  return value === null
    ? reached
    : `${reached} of ${valueText(value, unit)} planned`;
}

/** The program that runs a load test is its generator. */
function generatorLine({ process, eventLoop }: MetricsSnapshot): string {
  return joined([
    "generator",
    process.cpuCores === null
      ? ""
      : `${process.cpuCores.toFixed(2)} cores busy`,
    eventLoop === null
      ? ""
      : `timers p99 ${valueText(eventLoop.delayP99Ms, "ms")} ms late`,
  ]).replace(" · ", ": ");
}

function endLines(end: LoadEnd, columns: number): string[] {
  const { verdict, durationMs, total, reasons, warnings, report } = end;
  const verdictText = verdict === "passed" ? bold(verdict) : red(text(verdict));
  return [
    `The run has ended: ${verdictText}, after ${clockText(durationMs / 1000)}`,
    totalLine(total),
    ...[...reasons, ...warnings].flatMap((sentence) =>
      wrapped(`- ${text(sentence)}`, columns)
    ),
    report === null ? "No report was written." : `Report: ${text(report)}`,
  ];
}

function totalLine(total: LoadEvent["total"]): string {
  return joined([
    `${count(total.ok)} ok`,
    `${count(total.failed)} failed`,
    `${count(total.timedOut)} timed out`,
    `${count(total.dropped)} dropped`,
  ]);
}

function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  isBad: (row: Row) => boolean = () => false,
): string[] {
  if (rows.length === 0) return [];
  const line = lineMaker(columns, width);
  return [
    inverse(line(({ title }) => title)),
    ...rows.map((row) => {
      const cells = line(({ cell }) => cell(row));
      return isBad(row) ? red(cells) : cells;
    }),
  ];
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}
