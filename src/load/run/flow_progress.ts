/**
 * One iteration of a flow, step by step.
 *
 * @module
 */
import type { JsonValue } from "../../codec/mod.ts";
import type { OperationOutcome } from "../driver.ts";
import type { Ending } from "./accounting.ts";
import type { CompiledOperation, CompiledStep } from "./compiled_operation.ts";
import type { Failure } from "./error_tally.ts";
import type { FlowPlan } from "./flow_plan.ts";
import type { IterationValues } from "./iteration_values.ts";
import type { OperationRecorder } from "./operation_recorder.ts";
import type { PlannedStage } from "./stage_plan.ts";

/**
 * Counts steps of a stage from one on, and their groups, as planned and not
 * started.
 */
export function dropSteps(
  plan: FlowPlan<CompiledStep>,
  stage: PlannedStage,
  from = 0,
): void {
  for (let index = from; index < plan.length; index++) {
    const planned = plan[index];
    if (planned === undefined) continue;
    planned.step.recorder.drop(stage);
    for (const group of planned.opens) group.drop(stage);
  }
}

/** A group that has begun. */
interface OpenGroup {
  readonly recorder: OperationRecorder;
  startedAt: number;
}

/**
 * Counts the steps of a flow, and its groups. Each of them is planned when the
 * iteration begins: those that it does not come to are dropped.
 */
export class FlowProgress {
  /** The values of the iteration, with what its steps have captured. */
  readonly values: IterationValues;
  readonly plan: FlowPlan<CompiledStep>;
  readonly #stage: PlannedStage;
  readonly #groups: OpenGroup[] = [];
  #index = -1;
  #isUnderWay = false;
  #sentBytes = 0;
  #receivedBytes = 0;
  /** The real start of the step under way, or of the last one. */
  startedAt: number | undefined;

  constructor(
    operation: CompiledOperation,
    stage: PlannedStage,
    user: number,
    iteration: number,
    shared: ReadonlyMap<string, JsonValue> | undefined,
  ) {
    this.#stage = stage;
    this.values = operation.values(user, iteration);
    this.values.shared = shared;
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
    planned.step.recorder.start(this.#stage);
    for (const recorder of planned.opens) {
      recorder.start(this.#stage);
      this.#groups.push({ recorder, startedAt: now });
    }
    return planned.step;
  }

  /** Has groups leave out milliseconds before their first step. */
  delay(ms: number): void {
    for (const group of this.#groups) group.startedAt += ms;
  }

  /** Counts the end of the step under way that succeeded. */
  succeed(now: number, outcome: OperationOutcome): void {
    const { step, closes = [] } = this.plan[this.#index] ?? {};
    if (step === undefined) return;
    this.#isUnderWay = false;
    const { sentBytes = 0, receivedBytes = 0, latencyMs } = outcome;
    this.#sentBytes += sentBytes;
    this.#receivedBytes += receivedBytes;
    const tookMs = latencyMs !== undefined && Number.isFinite(latencyMs)
      ? latencyMs
      : now - (this.startedAt ?? now);
    step.recorder.succeed(this.#stage, tookMs, outcome);
    for (let closed = 0; closed < closes.length; closed++) {
      const group = this.#groups.pop();
      if (group === undefined) continue;
      group.recorder.succeed(this.#stage, now - group.startedAt, undefined);
    }
  }

  /** Ends the flow, with the step under way: those after it are dropped. */
  finish(ending: Ending, error?: unknown, failure?: Failure): void {
    const { step } = this.plan[this.#index] ?? {};
    if (this.#isUnderWay && step !== undefined) {
      const stage = this.#stage;
      step.recorder.end(stage, ending, error, undefined, failure);
      for (const { recorder } of this.#groups) {
        recorder.end(stage, ending, error, step.name, failure);
      }
    }
    dropSteps(this.plan, this.#stage, this.#index + 1);
  }
}
