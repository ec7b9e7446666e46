/**
 * Records one operation, in memory that does not grow with time.
 *
 * @module
 */
import {
  addStateTo,
  Distribution,
  type DistributionState,
  stateOf,
} from "../../metrics/internal.ts";
import { Counter, sum } from "./accounting.ts";
import { ErrorTally, type TallyState } from "./error_tally.ts";
import type { OperationOutcome } from "../driver.ts";
import { PartTimes, type PartTimesState } from "./part_times.ts";
import type { Mask } from "../scenario/environment.ts";
import type { Accounting, OperationResult } from "../result.ts";
import type { TimelineRecorder } from "./timeline.ts";

/** Counters and times of one operation. */
export class OperationRecorder {
  readonly name: string;
  /** Counts operations that were planned in the steady phase. */
  readonly steady: Counter = new Counter();
  /** Counts all other operations. */
  readonly outside: Counter = new Counter();
  /** Latencies of successful operations of the steady phase. */
  readonly latency: Distribution = new Distribution();
  /** Service times of successful operations of the steady phase. */
  readonly serviceTime: Distribution = new Distribution();
  /** The parts of the response times of the same operations. */
  readonly parts: PartTimes = new PartTimes();
  readonly errors: ErrorTally;
  /** The operation over time, of all phases, if it has a chart. */
  chart: TimelineRecorder | undefined;
  sentBytes = 0;
  receivedBytes = 0;

  /** Creates a recorder that counts errors without what the mask hides. */
  constructor(name: string, mask?: Mask) {
    this.name = name;
    this.errors = new ErrorTally(mask);
  }

  /** Adds the bytes of a successful operation. */
  addBytes({ sentBytes = 0, receivedBytes = 0 }: OperationOutcome): void {
    // A wrong number from a driver would spoil the sum.
    if (isCount(sentBytes)) this.sentBytes += sentBytes;
    if (isCount(receivedBytes)) this.receivedBytes += receivedBytes;
  }
}

/** Counters and times of one operation that can be posted. */
export interface RecorderState {
  readonly steady: Accounting;
  readonly outside: Accounting;
  readonly latency: DistributionState;
  readonly serviceTime: DistributionState;
  readonly parts: PartTimesState;
  readonly errors: TallyState;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** Returns what another thread needs to have the same recorder. */
export function recorderState(recorder: OperationRecorder): RecorderState {
  const { steady, outside, latency, serviceTime, errors } = recorder;
  return {
    steady: sum([steady]),
    outside: sum([outside]),
    latency: stateOf(latency),
    serviceTime: stateOf(serviceTime),
    parts: recorder.parts.state(),
    errors: errors.state(),
    sentBytes: recorder.sentBytes,
    receivedBytes: recorder.receivedBytes,
  };
}

/** Adds all that a recorder of another thread has recorded. */
export function addRecorderState(
  recorder: OperationRecorder,
  state: RecorderState,
): void {
  recorder.steady.add(state.steady);
  recorder.outside.add(state.outside);
  addStateTo(recorder.latency, state.latency);
  addStateTo(recorder.serviceTime, state.serviceTime);
  recorder.parts.addState(state.parts);
  recorder.errors.addState(state.errors);
  recorder.sentBytes += state.sentBytes;
  recorder.receivedBytes += state.receivedBytes;
}

function isCount(bytes: number): boolean {
  return bytes > 0 && bytes < Infinity;
}

/** The results of operations in the steady phase. */
export interface SteadyResults {
  readonly all: OperationResult;
  readonly operations: readonly OperationResult[];
}

/**
 * Sums up the recorders after `steadyMs` of the steady phase; those of steps
 * are a part of their flows. In the closed model, where latency and service
 * time are the same, only the latter has been recorded, and so it is for steps,
 * of which none has a planned start.
 */
export function steadyResults(
  recorders: readonly OperationRecorder[],
  model: "open" | "closed",
  steadyMs: number,
  steps: ReadonlySet<string> = new Set(),
): SteadyResults {
  const latency = new Distribution();
  const serviceTime = new Distribution();
  const parts = new PartTimes();
  const errors = new ErrorTally();
  const whole = recorders.filter(({ name }) => !steps.has(name));
  const operations = recorders.map((recorder) => {
    const isStep = steps.has(recorder.name);
    const latencyOf = model === "open" && !isStep
      ? recorder.latency
      : recorder.serviceTime;
    // A flow has none of its own, only its steps do.
    parts.add(recorder.parts);
    if (!isStep) {
      latency.add(latencyOf);
      serviceTime.add(recorder.serviceTime);
      errors.addAll(recorder.errors);
    }
    return resultOf(recorder, latencyOf, recorder.serviceTime, steadyMs);
  });
  const all = {
    name: "all",
    parts,
    steady: sum(whole.map(({ steady }) => steady)),
    errors,
    sentBytes: whole.reduce((bytes, { sentBytes }) => bytes + sentBytes, 0),
    receivedBytes: whole.reduce(
      (bytes, { receivedBytes }) => bytes + receivedBytes,
      0,
    ),
  };
  return { all: resultOf(all, latency, serviceTime, steadyMs), operations };
}

function resultOf(
  { name, steady, parts, errors, sentBytes, receivedBytes }:
    & Pick<
      OperationRecorder,
      "name" | "parts" | "errors" | "sentBytes" | "receivedBytes"
    >
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
    ...parts.results(),
    sentBytes,
    receivedBytes,
    errors: errors.top(),
  };
}
