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
import type { Accounting } from "../result.ts";
import type { TimelineRecorder } from "./timeline.ts";

/** How often a check held and did not hold. */
export interface CheckCount {
  readonly name: string;
  held: number;
  broken: number;
}

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
  /** Responses of the steady phase by the class of their status, from 1xx on. */
  readonly statuses: number[] = [0, 0, 0, 0, 0];
  /** The checks of the steady phase, in their order. */
  readonly checks: CheckCount[] = [];
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

  /** Counts the status of a response; what is no status is left out. */
  addStatus(status: number): void {
    const index = Math.floor(status / 100) - 1;
    const count = this.statuses[index];
    if (count !== undefined) this.statuses[index] = count + 1;
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
  readonly statuses: readonly number[];
  readonly checks: readonly Readonly<CheckCount>[];
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
    statuses: recorder.statuses.slice(),
    checks: recorder.checks.map((check) => ({ ...check })),
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
  state.statuses.forEach((count, index) => {
    recorder.statuses[index] = (recorder.statuses[index] ?? 0) + count;
  });
  state.checks.forEach(({ name, held, broken }, index) => {
    const check = recorder.checks[index] ??= { name, held: 0, broken: 0 };
    check.held += held;
    check.broken += broken;
  });
  recorder.sentBytes += state.sentBytes;
  recorder.receivedBytes += state.receivedBytes;
}

function isCount(bytes: number): boolean {
  return bytes > 0 && bytes < Infinity;
}
