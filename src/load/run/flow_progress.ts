/**
 * One iteration of a flow, step by step.
 *
 * @module
 */
import type { OperationOutcome } from "../driver.ts";
import { dropSteps, type Ending } from "./accounting.ts";
import type { CompiledOperation, CompiledStep } from "./compiled_operation.ts";
import type { IterationValues } from "./iteration_values.ts";

/**
 * Counts the steps of a flow. Each of them is planned once in an iteration:
 * those that it does not come to are dropped.
 */
export class FlowProgress {
  /** The values of the iteration, with what its steps have captured. */
  readonly values: IterationValues;
  readonly #operation: CompiledOperation;
  readonly #isSteady: boolean;
  #step: CompiledStep | undefined;
  #sentBytes = 0;
  #receivedBytes = 0;
  /** The real start of the step under way. */
  startedAt = 0;

  constructor(
    operation: CompiledOperation,
    isSteady: boolean,
    user: number,
    iteration: number,
  ) {
    this.#operation = operation;
    this.#isSteady = isSteady;
    this.values = operation.values(user, iteration);
  }

  /** What all steps have sent and received together. */
  get outcome(): OperationOutcome {
    return { sentBytes: this.#sentBytes, receivedBytes: this.#receivedBytes };
  }

  /** Counts the start of a step. */
  start(step: CompiledStep): void {
    this.#step = step;
    this.#counterOf(step).start();
  }

  /** Counts the end of the step under way, if there is one. */
  end(
    ending: Ending,
    now: number,
    outcome?: OperationOutcome,
    error?: unknown,
  ): void {
    const step = this.#step;
    if (step === undefined) return;
    this.#step = undefined;
    this.#counterOf(step).end(ending);
    const { recorder } = step;
    if (ending === "ok") {
      const { sentBytes = 0, receivedBytes = 0, latencyMs } = outcome ?? {};
      this.#sentBytes += sentBytes;
      this.#receivedBytes += receivedBytes;
      if (!this.#isSteady) return;
      recorder.serviceTime.record(
        latencyMs !== undefined && Number.isFinite(latencyMs)
          ? latencyMs
          : now - this.startedAt,
      );
      recorder.addBytes({ sentBytes, receivedBytes });
    } else if (this.#isSteady && error !== undefined) {
      recorder.errors.add(error);
    }
  }

  /** Ends the flow at a step: those after it are not started. */
  finish(index: number, ending: Ending, now: number, error?: unknown): void {
    this.end(ending, now, undefined, error);
    dropSteps(this.#operation, this.#isSteady, index + 1);
  }

  #counterOf({ recorder }: CompiledStep) {
    return this.#isSteady ? recorder.steady : recorder.outside;
  }
}
