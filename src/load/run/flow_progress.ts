/**
 * One iteration of a flow, step by step.
 *
 * @module
 */
import type { OperationOutcome } from "../driver.ts";
import type { Counter, Ending } from "./accounting.ts";
import type { CompiledOperation, CompiledStep } from "./compiled_operation.ts";
import type { Failure } from "./error_tally.ts";
import type { FlowPlan } from "./flow_plan.ts";
import type { IterationValues } from "./iteration_values.ts";
import type { OperationRecorder } from "./operation_recorder.ts";

/** Counts steps from one on, and their groups, as planned and not started. */
export function dropSteps(
  plan: FlowPlan<CompiledStep>,
  isSteady: boolean,
  from = 0,
): void {
  for (let index = from; index < plan.length; index++) {
    const planned = plan[index];
    if (planned === undefined) continue;
    drop(planned.step.recorder, isSteady);
    for (const group of planned.opens) drop(group, isSteady);
  }
}

function drop(recorder: OperationRecorder, isSteady: boolean): void {
  counterOf(recorder, isSteady).drop();
  if (recorder.chart !== undefined) recorder.chart.dropped++;
}

function counterOf(
  { steady, outside }: OperationRecorder,
  isSteady: boolean,
): Counter {
  return isSteady ? steady : outside;
}

/** A group that has begun. */
interface OpenGroup {
  readonly recorder: OperationRecorder;
  readonly startedAt: number;
}

/**
 * Counts the steps of a flow, and its groups. Each of them is planned when the
 * iteration begins: those that it does not come to are dropped.
 */
export class FlowProgress {
  /** The values of the iteration, with what its steps have captured. */
  readonly values: IterationValues;
  readonly plan: FlowPlan<CompiledStep>;
  readonly #isSteady: boolean;
  readonly #groups: OpenGroup[] = [];
  #index = -1;
  #isUnderWay = false;
  #sentBytes = 0;
  #receivedBytes = 0;
  /** The real start of the step under way, or of the last one. */
  startedAt: number | undefined;

  constructor(
    operation: CompiledOperation,
    isSteady: boolean,
    user: number,
    iteration: number,
  ) {
    this.#isSteady = isSteady;
    this.values = operation.values(user, iteration);
    this.plan = operation.plan(this.values);
  }

  /** What all steps have sent and received together. */
  get outcome(): OperationOutcome {
    return { sentBytes: this.#sentBytes, receivedBytes: this.#receivedBytes };
  }

  /** Counts the start of the next step; returns it, if there is one. */
  next(now: number): CompiledStep | undefined {
    const planned = this.plan[++this.#index];
    if (planned === undefined) return undefined;
    this.#isUnderWay = true;
    this.#counterOf(planned.step.recorder).start();
    for (const recorder of planned.opens) {
      this.#counterOf(recorder).start();
      this.#groups.push({ recorder, startedAt: now });
    }
    return planned.step;
  }

  /** Counts the end of the step under way that succeeded. */
  succeed(now: number, outcome: OperationOutcome): void {
    const { step, closes = [] } = this.plan[this.#index] ?? {};
    if (step === undefined) return;
    this.#isUnderWay = false;
    const { sentBytes = 0, receivedBytes = 0, latencyMs } = outcome;
    this.#sentBytes += sentBytes;
    this.#receivedBytes += receivedBytes;
    this.#counterOf(step.recorder).end("ok");
    const tookMs = latencyMs !== undefined && Number.isFinite(latencyMs)
      ? latencyMs
      : now - (this.startedAt ?? now);
    step.recorder.chart?.addOk(tookMs);
    if (this.#isSteady) {
      step.recorder.serviceTime.record(tookMs);
      step.recorder.addBytes(outcome);
      step.recorder.parts.record(outcome);
    }
    for (let closed = 0; closed < closes.length; closed++) {
      const group = this.#groups.pop();
      if (group === undefined) continue;
      this.#counterOf(group.recorder).end("ok");
      group.recorder.chart?.addOk(now - group.startedAt);
      if (!this.#isSteady) continue;
      group.recorder.serviceTime.record(now - group.startedAt);
    }
  }

  /** Ends the flow, with the step under way: those after it are dropped. */
  finish(ending: Ending, error?: unknown, failure?: Failure): void {
    const { step } = this.plan[this.#index] ?? {};
    if (this.#isUnderWay && step !== undefined) {
      this.#end(step.recorder, ending, error, failure);
      for (const { recorder } of this.#groups) {
        this.#end(recorder, ending, error, failure, step.name);
      }
    }
    dropSteps(this.plan, this.#isSteady, this.#index + 1);
  }

  #end(
    recorder: OperationRecorder,
    ending: Ending,
    error: unknown,
    failure: Failure | undefined,
    step?: string,
  ): void {
    this.#counterOf(recorder).end(ending);
    recorder.chart?.addError(ending);
    if (error !== undefined) recorder.errors.add(error, step, failure);
  }

  #counterOf(recorder: OperationRecorder): Counter {
    return counterOf(recorder, this.#isSteady);
  }
}
