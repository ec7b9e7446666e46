/**
 * The content of a report, whatever its format.
 *
 * @module
 */
import type { DistributionSummary } from "../../metrics/mod.ts";
import type { Accounting, OperationResult } from "../operation_result.ts";
import type { CriterionResult, LoadResult, Verdict } from "../result.ts";
import { mostArrivals, mostUsers } from "../scenario/load_level.ts";
import { phaseText } from "../run/phases.ts";
import { limitText, measuredText, subjectText } from "./metric_text.ts";
import { originNotes } from "./origin_text.ts";
import { checkTables } from "./check_tables.ts";
import { partTables } from "./part_tables.ts";
import { stageTables } from "./stage_tables.ts";
import { bytes, count, counted, duration, short } from "./numbers.ts";

/** A table whose first column is text; the others are numbers. */
export interface ReportTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Returns what the verdict of a run means, in a sentence. */
export function meaningOf({ verdict, criteria }: LoadResult): string {
  if (verdict !== "passed" || criteria.some(({ isDefault }) => !isDefault)) {
    return VERDICTS[verdict];
  }
  return criteria.length === 0
    ? "There are no criteria."
    : "The default limits hold, and there are no other criteria.";
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  passed: "Every criterion holds.",
  failed: "At least one criterion does not hold.",
  invalid: "The run says nothing about the service.",
  aborted: "The run ended early.",
};

const SIGNS: Readonly<Record<CriterionResult["criterion"]["is"], string>> = {
  below: "<",
  "at_most": "≤",
  above: ">",
  "at_least": "≥",
};

/** Returns a criterion in words, such as `latency.p99 of send < 50 ms`. */
export function criterionText(
  { criterion, isDefault }: CriterionResult,
): string {
  const { metric, is, value } = criterion;
  const text = `${subjectText(criterion)} ${SIGNS[is]} ${
    limitText(metric, value)
  }`;
  return isDefault ? `${text} (default)` : text;
}

/** Returns what was measured for a criterion, such as `39.6 ms`. */
export function actualText(
  { criterion: { metric, value }, actual }: CriterionResult,
): string {
  return actual === null ? "no data" : measuredText(metric, actual, value);
}

/** Describes the model, and what latency means in it. */
function modelText({ scenario: { load } }: LoadResult): string {
  const most = load.stages === undefined ? "" : "at most ";
  if (load.model === "open") {
    return `open, ${most}${short(mostArrivals(load))} arrivals per second (${
      load.arrivals ?? "poisson"
    }), at most ${
      counted(load.maxUsers, "user")
    }. Latency counts from the planned start of an operation, so one that starts late is slow; service time counts from its real start.`;
  }
  return `closed, ${most}${counted(mostUsers(load), "user")}${
    load.thinkTime === undefined
      ? " without think time"
      : ` with think time (${load.thinkTime.distribution})`
  }. Latency counts from the real start of an operation.`;
}

/** Returns the tables of the operations; none if no operation was planned. */
export function tablesOf(result: LoadResult): ReportTable[] {
  if (result.total.planned === 0) return [];
  return [
    ...stageTables(result),
    countsTable(result),
    ...timesTables(result),
    ...partTables(result),
    ...checkTables(result),
  ];
}

/** Returns the counters of the operations. */
function countsTable(
  { operations, steady, total }: LoadResult,
): ReportTable {
  const row = (name: string, accounting: Accounting) => [
    name,
    ...[
      accounting.planned,
      accounting.started,
      accounting.ok,
      accounting.failed,
      accounting.timedOut,
      accounting.interrupted,
      accounting.dropped,
    ].map(count),
  ];
  return {
    title: "Operations in the steady phase",
    columns: [
      "operation",
      "planned",
      "started",
      "ok",
      "failed",
      "timed out",
      "interrupted",
      "dropped",
    ],
    rows: [
      ...operations.map(({ name, accounting }) => row(name, accounting)),
      ...operations.length > 1 ? [row("all", steady.accounting)] : [],
      row("all phases", total),
    ],
  };
}

/** Returns the throughput, and how long operations took. */
function timesTables(result: LoadResult): ReportTable[] {
  const { operations, steady, model } = result;
  const all = operations.length > 1 ? [...operations, steady] : operations;
  const times = (
    title: string,
    of: "latency" | "serviceTime",
  ): ReportTable => ({
    title,
    columns: ["operation", "ok/s", "p50", "p90", "p95", "p99", "p99.9", "max"],
    rows: all.map((operation) => [
      operation === steady ? "all" : operation.name,
      short(operation.throughput),
      ...timesOf(operation[of]),
    ]),
  });
  return [
    times("Latency of successful operations, in ms", "latency"),
    ...model === "open"
      ? [times("Service time of successful operations, in ms", "serviceTime")]
      : [],
  ];
}

function timesOf(
  { p50, p90, p95, p99, p999, max }: DistributionSummary,
): string[] {
  return [p50, p90, p95, p99, p999, max].map((ms) => short(ms));
}

/** Returns the bytes of payload, if drivers count them. */
function bytesText({ steady }: LoadResult): string | undefined {
  const { sentBytes, receivedBytes } = steady;
  if (sentBytes === 0 && receivedBytes === 0) return undefined;
  return `${bytes(sentBytes)} sent and ${
    bytes(receivedBytes)
  } received by successful operations`;
}

/** An error of one operation, with its count. */
export interface ReportedError {
  readonly operation: string;
  readonly message: string;
  readonly count: number;
}

/** Returns the errors of the steady phase, the most frequent first. */
export function errorsOf(
  operations: readonly OperationResult[],
): ReportedError[] {
  return operations
    .flatMap(({ name, errors }) =>
      errors.map((error) => ({ operation: name, ...error }))
    )
    .sort((a, b) => b.count - a.count);
}

/** Returns how long each phase took. */
function phasesText({ phases }: LoadResult): string {
  return phases
    .map(({ name, durationMs }) => `${phaseText(name)} ${duration(durationMs)}`)
    .join(", ");
}

/** Returns what became of the users. */
function usersText({ users, model }: LoadResult): string {
  const { planned, peak, started, replaced } = users;
  const there = model === "open"
    ? `at most ${count(planned)}, of whom ${count(peak)} were busy at once`
    : `${count(planned)} planned, at most ${count(peak)} at once`;
  if (replaced === 0) return there;
  return `${there}; ${count(replaced)} ${
    replaced === 1 ? "was" : "were"
  } replaced after a time-out or a crash, so that ${count(started)} started`;
}

/** Returns what each worker did, such as `50.1 % of the operations`. */
function workersText({ workers, total }: LoadResult): string | undefined {
  if (workers.length === 0) return undefined;
  const shares = workers.map((worker) => {
    const { index, users, lagP99Ms } = worker;
    const { planned } = worker.total;
    const part = total.planned === 0 ? 0 : planned / total.planned * 100;
    const lag = lagP99Ms === null
      ? ""
      : `, ${short(lagP99Ms)} ms start lag (p99)`;
    return `worker ${count(index)}: ${counted(users, "user")}, ${
      counted(planned, "operation")
    } (${short(part)} %)${lag}`;
  });
  return `${workers.length} threads; ${shares.join("; ")}`;
}

/** Returns how well the generator could keep up. */
function generatorText({ generator }: LoadResult): string {
  const {
    cpuCores,
    workPerOperationMs,
    lag,
    eventLoopDelay,
    rssPeakBytes,
    openFilesPeak,
  } = generator;
  const measured: readonly [string, string | null][] = [
    [
      "cores busy",
      cpuCores === null ? null : short(Math.round(cpuCores * 100) / 100),
    ],
    [
      "ms of work per operation",
      workPerOperationMs === null ? null : short(workPerOperationMs),
    ],
    ["ms start lag (p50)", lag.p50 === null ? null : short(lag.p50)],
    ["ms (p99)", lag.p99 === null ? null : short(lag.p99)],
    [
      "ms event-loop delay (p99)",
      eventLoopDelay.p99 === null ? null : short(eventLoopDelay.p99),
    ],
    ["of memory", rssPeakBytes === null ? null : bytes(rssPeakBytes)],
    ["open files", openFilesPeak === null ? null : count(openFilesPeak)],
  ];
  const known = measured.flatMap(([what, value]) =>
    value === null ? [] : [`${value} ${what}`]
  );
  return [generator.healthy ? "healthy" : "not healthy", ...known].join(", ");
}

/** Returns everything else that a report says, each part with its name. */
export function notesOf(
  result: LoadResult,
): readonly (readonly [name: string, text: string])[] {
  const payload = bytesText(result);
  const workers = workersText(result);
  return [
    ["Phases", phasesText(result)],
    ...result.phases.flatMap(({ name, error }) =>
      error === null || isReason(result, error)
        ? []
        : [[`Error in ${phaseText(name)}`, error] as const]
    ),
    ["Users", usersText(result)],
    ["Generator", generatorText(result)],
    ...workers === undefined ? [] : [["Workers", workers] as const],
    ["Model", modelText(result)],
    ...result.protocols.map((protocol) => ["Protocol", protocol] as const),
    ...payload === undefined ? [] : [["Payload", payload] as const],
    ...originNotes(result),
  ];
}

/** Whether an error is above already, as a reason of the verdict. */
function isReason({ reasons }: LoadResult, error: string): boolean {
  return reasons.some((reason) => reason.includes(error));
}

/** Returns what the criteria of a result are about. */
export function criteriaTitle({ criteria }: LoadResult): string {
  return criteria.some(({ criterion }) => criterion.stage !== undefined)
    ? "Criteria for the steady phase and its stages"
    : "Criteria for the steady phase";
}
