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
import { Counter, type Ending, sum } from "./accounting.ts";
import { ErrorTally, type Failure, type TallyState } from "./error_tally.ts";
import type { OperationOutcome } from "../driver.ts";
import { PartTimes, type PartTimesState } from "./part_times.ts";
import type { Mask } from "../scenario/environment.ts";
import type { Accounting } from "../operation_result.ts";
import type { PlannedStage } from "./stage_plan.ts";
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
  readonly #onlyChecks: readonly (readonly CheckCount[])[] = [this.checks];
  /**
   * What was planned in each stage of a load that has stages, also if the stage
   * does not count: as its steady phase.
   */
  readonly stages: OperationRecorder[] = [];
  sentBytes = 0;
  receivedBytes = 0;

  /** Creates a recorder that counts errors without what the mask hides. */
  constructor(name: string, mask?: Mask) {
    this.name = name;
    this.errors = new ErrorTally(mask);
  }

  /** Counts an operation of a stage that starts as planned. */
  start(stage: PlannedStage): void {
    this.#counterOf(stage).start();
    this.stages[stage.index]?.steady.start();
  }

  /** Counts an operation of a stage that is planned and not started. */
  drop(stage: PlannedStage): void {
    this.#counterOf(stage).drop();
    this.stages[stage.index]?.steady.drop();
    if (this.chart !== undefined) this.chart.dropped++;
  }

  /**
   * Records an operation of a stage that succeeded, with its latency if that is
   * another than its service time.
   */
  succeed(
    stage: PlannedStage,
    serviceMs: number,
    outcome: OperationOutcome | undefined,
    latencyMs?: number,
  ): void {
    this.#counterOf(stage).end("ok");
    this.chart?.addOk(latencyMs ?? serviceMs);
    if (stage.isMeasured) this.#record(serviceMs, outcome, latencyMs);
    const own = this.stages[stage.index];
    if (own === undefined) return;
    own.steady.end("ok");
    own.#record(serviceMs, outcome, latencyMs);
  }

  #record(
    serviceMs: number,
    outcome: OperationOutcome | undefined,
    latencyMs: number | undefined,
  ): void {
    if (latencyMs !== undefined) this.latency.record(latencyMs);
    this.serviceTime.record(serviceMs);
    if (outcome === undefined) return;
    this.addBytes(outcome);
    this.parts.record(outcome);
  }

  /** Records any other end of an operation, at a step if it was a flow. */
  end(
    stage: PlannedStage,
    ending: Ending,
    error?: unknown,
    step?: string,
    failure?: Failure,
  ): void {
    this.#counterOf(stage).end(ending);
    this.chart?.addError(ending);
    const own = this.stages[stage.index];
    own?.steady.end(ending);
    if (error === undefined) return;
    this.errors.add(error, step, failure);
    own?.errors.add(error, step, failure && { ...failure, phase: "steady" });
  }

  /** Counts the status of a response of a stage. */
  addStatusIn(stage: PlannedStage, status: number): void {
    if (stage.isMeasured) this.addStatus(status);
    this.stages[stage.index]?.addStatus(status);
  }

  /** Returns the checks that an outcome of a stage counts for. */
  checksIn(stage: PlannedStage): readonly (readonly CheckCount[])[] {
    const own = this.stages[stage.index]?.checks;
    if (own === undefined) return stage.isMeasured ? this.#onlyChecks : [];
    return stage.isMeasured ? [this.checks, own] : [own];
  }

  #counterOf({ isMeasured }: PlannedStage): Counter {
    return isMeasured ? this.steady : this.outside;
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
  readonly stages: readonly RecorderState[];
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
    stages: recorder.stages.map(recorderState),
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
  state.stages.forEach((one, index) =>
    addRecorderState(
      recorder.stages[index] ??= new OperationRecorder(recorder.name),
      one,
    )
  );
}

function isCount(bytes: number): boolean {
  return bytes > 0 && bytes < Infinity;
}
