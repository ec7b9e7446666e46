/**
 * The load of a run, whichever threads generate it.
 *
 * @module
 */
import type { Distribution } from "../../metrics/mod.ts";
import type { Accounting, Timeline, UserResult } from "../result.ts";
import type { SteadyResults } from "./operation_recorder.ts";

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
  /** Which criterion ended the load, in a sentence. */
  readonly abortedBy: string | undefined;
  /** Ends the load now, and interrupts operations under way. */
  abort(): void;
  /** Runs the load; resolves when it has ended as planned, or was aborted. */
  run(): Promise<void>;
  /** Returns the counters of all phases together. */
  total(): Accounting;
  /** Returns the results of the steady phase. */
  results(): SteadyResults;
  /** Returns what became of the users. */
  users(): UserResult;
  /** Returns the timeline of the load. */
  timeline(): Timeline;
}
