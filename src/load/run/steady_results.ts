/**
 * The results of the steady phase: pure decisions without I/O.
 *
 * @module
 */
import { type Distribution, summaryOf } from "../../metrics/internal.ts";
import type { OperationResult } from "../operation_result.ts";
import { hasTags, type PlacedRow } from "../scenario/placed_steps.ts";
import type { Criterion } from "../scenario/scenario.ts";
import { STATUS_CLASSES } from "../scenario/metric_rules.ts";
import { notOk, rateOfEnded, sum } from "./accounting.ts";
import { ErrorTally } from "./error_tally.ts";
import type { Measured } from "./measured.ts";
import type { OperationRecorder } from "./operation_recorder.ts";
import { PartTimes } from "./part_times.ts";

/** The results of operations in the steady phase. */
export interface SteadyResults {
  readonly all: OperationResult;
  readonly operations: readonly OperationResult[];
  /** Returns what a criterion is about; `undefined` if there is no such thing. */
  measured(criterion: Criterion): Measured | undefined;
}

interface Row {
  readonly row: PlacedRow;
  readonly recorder: OperationRecorder;
  readonly latency: Distribution;
}

/**
 * Sums up the recorders of the rows of a scenario after `steadyMs` of the steady
 * phase; those of steps are a part of their flows. In the closed model, where
 * latency and service time are the same, only the latter has been recorded, and
 * so it is for steps, of which none has a planned start.
 */
export function steadyResults(
  recorders: readonly OperationRecorder[],
  model: "open" | "closed",
  steadyMs: number,
  placed: readonly PlacedRow[],
): SteadyResults {
  const rows = placed.flatMap((row, index): Row[] => {
    const recorder = recorders[index];
    if (recorder === undefined) return [];
    const isPlanned = model === "open" && !row.isStep;
    return [{
      row,
      recorder,
      latency: isPlanned ? recorder.latency : recorder.serviceTime,
    }];
  });
  const measure = (name: string, parts: readonly Row[]): Measured => {
    const latency = parts.map(({ latency }) => latency);
    const serviceTime = parts.map(({ recorder }) => recorder.serviceTime);
    const accounting = sum(parts.map(({ recorder }) => recorder.steady));
    const { ok } = accounting;
    const names = new Set(parts.map(({ row }) => row.name));
    const leaves = rows.filter(({ row }) =>
      row.isLeaf &&
      (names.has(row.name) || row.within.some((one) => names.has(one)))
    ).map(({ recorder }) => recorder);
    // A flow has no requests of its own, only its steps do.
    const requests = parts.length === 1
      ? parts.map(({ recorder }) => recorder)
      : leaves;
    const partTimes = new PartTimes();
    for (const { parts } of requests) partTimes.add(parts);
    const result: OperationResult = {
      name,
      accounting,
      throughput: steadyMs > 0 ? ok * 1000 / steadyMs : null,
      errorRate: rateOfEnded(notOk(accounting), accounting),
      latency: summaryOf(latency),
      serviceTime: summaryOf(serviceTime),
      ...partTimes.results(),
      sentBytes: total(parts, ({ sentBytes }) => sentBytes),
      receivedBytes: total(parts, ({ receivedBytes }) => receivedBytes),
      statuses: statusesOf(leaves),
      checks: checksOf(leaves),
      errors: errorsOf(parts).top(),
    };
    return {
      result,
      dropCause: dropCauseOf(parts),
      timesOf(name) {
        if (name === "latency") return latency;
        if (name === "serviceTime") return serviceTime;
        return requests.map(({ parts }) => parts.of(name))
          .filter((times) => times !== undefined);
      },
    };
  };
  const operations = rows.map((row) => measure(row.row.name, [row]));
  const all = measure("all", rows.filter(({ row }) => !row.isStep));
  return {
    all: all.result,
    operations: operations.map(({ result }) => result),
    measured({ operation, tags }) {
      if (tags !== undefined) {
        const tagged = rows.filter(({ row }) => hasTags(row, tags));
        const names = new Set(tagged.map(({ row }) => row.name));
        // What is in one of them would count twice.
        const parts = tagged.filter(({ row }) =>
          !row.within.some((one) => names.has(one))
        );
        return parts.length === 0 ? undefined : measure("tags", parts);
      }
      return operation === undefined
        ? all
        : operations.find(({ result: { name } }) => name === operation);
    },
  };
}

/** A step is dropped if its flow ends before, whether or not users are busy. */
function dropCauseOf(parts: readonly Row[]): string {
  const steps = parts.filter(({ row }) => row.isStep).length;
  const ended = "their flow ended before";
  if (parts.length > 0 && steps === parts.length) return ended;
  return steps === 0
    ? "all users were busy"
    : `all users were busy or ${ended}`;
}

function total(
  parts: readonly Row[],
  of: (recorder: OperationRecorder) => number,
): number {
  return parts.reduce((sum, { recorder }) => sum + of(recorder), 0);
}

function errorsOf(parts: readonly Row[]): ErrorTally {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first.recorder.errors;
  const errors = new ErrorTally();
  for (const { recorder } of parts) errors.addAll(recorder.errors);
  return errors;
}

function statusesOf(
  recorders: readonly OperationRecorder[],
): OperationResult["statuses"] {
  const counts = STATUS_CLASSES.map((name, index) =>
    [
      name,
      recorders.reduce(
        (sum, { statuses }) => sum + (statuses[index] ?? 0),
        0,
      ),
    ] as const
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function checksOf(
  recorders: readonly OperationRecorder[],
): OperationResult["checks"] {
  const all = new Map<
    string,
    { name: string; held: number; broken: number }
  >();
  for (const { checks } of recorders) {
    for (const { name, held, broken } of checks) {
      const sum = all.get(name) ?? { name, held: 0, broken: 0 };
      sum.held += held;
      sum.broken += broken;
      all.set(name, sum);
    }
  }
  return [...all.values()];
}
