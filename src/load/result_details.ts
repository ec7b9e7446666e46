/**
 * What a result has beside its figures: where the run took place, its errors,
 * and what charts need.
 *
 * @module
 */
import type { PhaseName, Timeline } from "./result.ts";

/** Where and with what a run took place. What is not known is `null`. */
export interface RunOrigin {
  /** The command line that repeats the run; `null` in a program of your own. */
  readonly command: string | null;
  /** The seed of all random choices. */
  readonly seed: number;
  /** The command of the target; `null` if the service was running already. */
  readonly target: string | null;
  /** Threads that generated the load. */
  readonly threads: number;
  /** The version of Troupe. */
  readonly troupe: string;
  /** The version of Deno. */
  readonly deno: string;
  /** The operating system and the architecture, such as `linux x86_64`. */
  readonly system: string;
  /** The release of the kernel. */
  readonly kernel: string | null;
  /** The model of the processor. */
  readonly cpu: string | null;
  /** Logical cores of the machine. */
  readonly cores: number;
  /** Memory of the machine, in bytes. */
  readonly memoryBytes: number | null;
}

/** An error of an operation in all phases of a run, with one example. */
export interface RunError {
  /** The name of the operation. */
  readonly operation: string;
  /** The name and message of the error, after the step if it is of a flow. */
  readonly message: string;
  /** How often the error occurred in the whole run. */
  readonly count: number;
  /** How often it occurred in the phases that have it. */
  readonly phases: { readonly [phase in PhaseName]?: number };
  /** When it occurred first, in milliseconds of the run. */
  readonly firstMs: number;
  /**
   * What is known of the first time, without secrets; `null` if that is
   * nothing.
   */
  readonly example: {
    /** Where it was sent: a URL, an address, or a command. */
    readonly address: string | null;
    /** The status code of the response. */
    readonly status: number | null;
    /** The first 256 characters of what was received. */
    readonly body: string | null;
  } | null;
}

/** What charts need of one operation, or of all together. */
export interface OperationDetail {
  /** The name of the operation or step, or `all`. */
  readonly name: string;
  /**
   * The load over time, of all phases, in at most 120 intervals; `null` for all
   * together, which the timeline of the run has.
   */
  readonly timeline: Timeline | null;
  /**
   * Fractions of the successful operations of the steady phase, in ascending
   * order up to 1, each with the milliseconds that so many did not exceed.
   */
  readonly percentiles: readonly (readonly [fraction: number, ms: number])[];
}
