/**
 * One operation of a virtual user, from its assignment to its end.
 *
 * @module
 */
import type { Ending } from "./accounting.ts";
import type { CompiledOperation } from "./compiled_operation.ts";
import type { OperationOutcome } from "../driver.ts";
import type { Failure } from "./error_tally.ts";
import type { PlannedStage } from "./stage_plan.ts";

/**
 * What a user performs, and how it ended. A user reuses one object for all of
 * its operations, so that an operation allocates nothing: whoever is given one
 * reads it at once, and keeps nothing of it.
 */
export class Attempt {
  operation: CompiledOperation;
  /** The stage in which the operation was planned to start. */
  stage: PlannedStage;
  /**
   * The planned start, on the clock of the run; there is none in the closed
   * model.
   */
  plannedAt: number | undefined;
  /** The real start, once there is one. */
  startedAt: number = 0;
  ending: Ending = "interrupted";
  /** Milliseconds from the planned start, or from the real one without it. */
  latencyMs: number = 0;
  /** Milliseconds from the real start. */
  serviceMs: number = 0;
  /** What the driver returned, if the operation succeeded. */
  outcome: OperationOutcome | undefined;
  /** Why the operation did not succeed, if that is known. */
  error: unknown;
  /** When and with what it did not succeed, if that is known. */
  failure: Failure | undefined;
  /** The step of a flow at which it ended. */
  step: string | undefined;

  constructor(
    operation: CompiledOperation,
    stage: PlannedStage,
    plannedAt: number | undefined,
  ) {
    this.operation = operation;
    this.stage = stage;
    this.plannedAt = plannedAt;
  }

  /** Has latency leave out milliseconds before the real start. */
  delay(ms: number): void {
    if (this.plannedAt !== undefined) this.plannedAt += ms;
  }

  /** Notes the end, and computes the times up to it. */
  end(
    ending: Ending,
    now: number,
    outcome: OperationOutcome | undefined,
    error: unknown,
  ): void {
    this.ending = ending;
    this.outcome = outcome;
    this.error = error;
    const { latencyMs } = outcome ?? {};
    // A driver that reports no finite number reports no latency, not one of 0
    // ms.
    const reportedMs = Number.isFinite(latencyMs) ? latencyMs : undefined;
    this.serviceMs = reportedMs ?? now - this.startedAt;
    this.latencyMs = reportedMs ?? now - (this.plannedAt ?? this.startedAt);
  }

  /** Lets go of what the driver returned, which may be large. */
  release(): void {
    this.outcome = undefined;
    this.error = undefined;
    this.failure = undefined;
  }
}
