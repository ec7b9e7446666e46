/**
 * What is recorded of one operation, in memory that does not grow with time.
 *
 * @module
 */
import { Distribution } from "../../metrics/internal.ts";
import { Counter, sum } from "./accounting.ts";
import { ErrorTally } from "./error_tally.ts";
import type { OperationOutcome } from "../driver.ts";
import type { OperationResult } from "../result.ts";

/** Counts and times of one operation. */
export class OperationRecorder {
  readonly name: string;
  /** Of those that were planned in the steady phase. */
  readonly steady: Counter = new Counter();
  /** Of all others. */
  readonly outside: Counter = new Counter();
  /** Of those that are ok, in the steady phase, as all below. */
  readonly latency: Distribution = new Distribution();
  readonly serviceTime: Distribution = new Distribution();
  readonly errors: ErrorTally = new ErrorTally();
  sentBytes = 0;
  receivedBytes = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Counts the bytes of one that is ok. */
  addBytes({ sentBytes = 0, receivedBytes = 0 }: OperationOutcome): void {
    // What a driver says wrong would spoil the sum.
    if (isCount(sentBytes)) this.sentBytes += sentBytes;
    if (isCount(receivedBytes)) this.receivedBytes += receivedBytes;
  }
}

function isCount(bytes: number): boolean {
  return bytes > 0 && bytes < Infinity;
}

/** What came of operations in a steady phase that took so long until now. */
export interface SteadyResults {
  readonly all: OperationResult;
  readonly operations: readonly OperationResult[];
}

/**
 * Sums up. With one histogram for both times, the closed model has recorded
 * service times alone.
 */
export function steadyResults(
  recorders: readonly OperationRecorder[],
  model: "open" | "closed",
  steadyMs: number,
): SteadyResults {
  const latency = new Distribution();
  const serviceTime = new Distribution();
  const errors = new ErrorTally();
  const operations = recorders.map((recorder) => {
    const latencyOf = model === "open"
      ? recorder.latency
      : recorder.serviceTime;
    latency.add(latencyOf);
    serviceTime.add(recorder.serviceTime);
    errors.addAll(recorder.errors);
    return resultOf(recorder, latencyOf, recorder.serviceTime, steadyMs);
  });
  const all = {
    name: "all",
    steady: sum(recorders.map(({ steady }) => steady)),
    errors,
    sentBytes: recorders.reduce((bytes, { sentBytes }) => bytes + sentBytes, 0),
    receivedBytes: recorders.reduce(
      (bytes, { receivedBytes }) => bytes + receivedBytes,
      0,
    ),
  };
  return { all: resultOf(all, latency, serviceTime, steadyMs), operations };
}

function resultOf(
  { name, steady, errors, sentBytes, receivedBytes }:
    & Pick<OperationRecorder, "name" | "errors" | "sentBytes" | "receivedBytes">
    & { readonly steady: OperationResult["accounting"] },
  latency: Distribution,
  serviceTime: Distribution,
  steadyMs: number,
): OperationResult {
  const { started, ok } = steady;
  return {
    name,
    accounting: sum([steady]),
    throughput: steadyMs > 0 ? ok * 1000 / steadyMs : null,
    errorRate: started === 0 ? null : (started - ok) / started,
    latency: latency.summary(),
    serviceTime: serviceTime.summary(),
    sentBytes,
    receivedBytes,
    errors: errors.top(),
  };
}
