/**
 * What the measurements of files share.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import type { StepLimits } from "./measured_step.ts";

/** Options of a single measurement. */
export interface FileOperationOptions {
  /** Cancels the measurement, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How much is measured, and how. */
export interface FileMeasure {
  readonly clock: Clock;
  readonly repetitions: number;
  readonly bytes: number;
  /** Checks options that have nothing but a signal, and returns the limits. */
  readonly limits: (options: FileOperationOptions) => StepLimits;
}
