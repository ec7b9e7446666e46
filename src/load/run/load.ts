/**
 * The load of a run, whichever threads generate it.
 *
 * @module
 */
import type { Distribution } from "../../metrics/mod.ts";
import type { Accounting } from "../operation_result.ts";
import type { LoadResult } from "../result.ts";
import type { GeneratorHealth, UserResult } from "../result_details.ts";
import type { Abort } from "./criteria.ts";
import type { LoadFigures } from "./load_figures.ts";
import type { OperationRecorder } from "./operation_recorder.ts";
import type { ResolvedPhases } from "./phases.ts";
import { intervalOf, MAX_POINTS } from "./timeline.ts";

/** A load at one moment, for whoever watches it. */
export interface LoadNow {
  /** What was recorded so far, in the order of the rows of the scenario. */
  readonly recorders: readonly OperationRecorder[];
  /** Virtual users. */
  readonly users: number;
  /** Operations under way. */
  readonly inFlight: number;
}

/** A load. Disposing closes what users have open. */
export interface Load extends AsyncDisposable {
  /** The start of the load, in milliseconds of the run. */
  readonly startedMs: number;
  /** Milliseconds from the start to the end of the last operation. */
  readonly durationMs: number;
  /** How late operations started, in milliseconds. */
  readonly lag: Distribution;
  /** Problems that do not concern the service. */
  readonly warnings: readonly string[];
  /** The criterion that ended the load. */
  readonly abortedBy: Abort | undefined;
  /**
   * Ends the load now, and interrupts operations under way; if it has ended,
   * the teardowns of users.
   */
  abort(): void;
  /** Runs the load; resolves when it has ended as planned, or was aborted. */
  run(): Promise<void>;
  /** Returns the load as it is now, or as it has ended. */
  now(): LoadNow;
  /** Returns the counters of all phases together. */
  total(): Accounting;
  /** Returns what has been measured, in the steady phase and in each stage. */
  results(): LoadFigures;
  /** Returns what became of the users. */
  users(): UserResult;
  /** Returns everything over time, and errors; called once, at the end. */
  details(): LoadDetails;
}

/** What a result has beside its figures. */
export interface LoadDetails extends
  Pick<
    LoadResult,
    "timeline" | "details" | "errors"
  > {
  readonly points: GeneratorHealth["points"];
}

/** Returns the details of a load that never began. */
export function noDetails(phases: ResolvedPhases): LoadDetails {
  const intervalMs = intervalOf({ phases, maxPoints: MAX_POINTS });
  return {
    timeline: { intervalMs, points: [] },
    details: [],
    errors: [],
    points: [],
  };
}
