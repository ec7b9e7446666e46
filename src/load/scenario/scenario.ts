/**
 * A scenario as data: what JSON and YAML hold, and what a builder makes. Code
 * comes in through drivers, which operations name.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../codec/mod.ts";

/** What is done to a service, by how many, for how long, and what is expected. */
export interface Scenario {
  /** What reports call it. */
  readonly name: string;
  /** What it is for. */
  readonly description?: string;
  /** A program that is the service, started for the run and ended after it. */
  readonly target?: Target;
  /** How many do it, and when they begin. */
  readonly load: OpenLoad | ClosedLoad;
  /** For how long. */
  readonly phases: Phases;
  /** At least one; each iteration does one of them, by their weights. */
  readonly operations: readonly Operation[];
  /** Records for operations, by the names of the feeders. */
  readonly feeders?: { readonly [name: string]: Feeder };
  /** What must hold for the run to pass. */
  readonly criteria?: readonly Criterion[];
  /** Told in reports. */
  readonly tags?: { readonly [name: string]: string };
  /**
   * Of everything that is drawn: one seed draws the same.
   * @default {1}
   */
  readonly seed?: number;
}

/** A program that is the service. */
export interface Target {
  /** The command, such as `deno`, which is the one that runs this. */
  readonly command: string;
  /** Its arguments. */
  readonly args?: readonly string[];
  /**
   * Text of its standard output that says it is ready; what the groups of
   * this regular expression match by name, operations may use as
   * `${target.NAME}`.
   */
  readonly readyPattern: string;
  /**
   * How long it may take to be ready, in milliseconds.
   * @default {30000}
   */
  readonly readyTimeoutMs?: number;
}

/**
 * The open model: iterations begin at a rate, whatever the service does. Their
 * latency counts from the planned begin.
 */
export interface OpenLoad {
  /** Tells it from the closed model. */
  readonly model: "open";
  /** Iterations that begin in a second, in the steady phase. */
  readonly arrivalsPerSecond: number;
  /**
   * Gaps between them: all the same, or as of a Poisson process.
   * @default {"poisson"}
   */
  readonly arrivals?: "constant" | "poisson";
  /** Virtual users at most; an arrival that finds all of them busy is dropped. */
  readonly maxUsers: number;
}

/** The closed model: so many users, each of whom waits, thinks and goes on. */
export interface ClosedLoad {
  /** Tells it from the open model. */
  readonly model: "closed";
  /** Virtual users, once all have begun. */
  readonly users: number;
  /**
   * Between the end of an iteration and the begin of the user's next one.
   * @default {none}
   */
  readonly thinkTime?: ThinkTime;
}

/** A distribution of times, in milliseconds. */
export type ThinkTime =
  | { readonly distribution: "constant"; readonly ms: number }
  | {
    readonly distribution: "uniform";
    readonly minMs: number;
    readonly maxMs: number;
  }
  | { readonly distribution: "exponential"; readonly meanMs: number }
  | {
    readonly distribution: "normal";
    readonly meanMs: number;
    readonly deviationMs: number;
  }
  | {
    readonly distribution: "lognormal";
    readonly medianMs: number;
    readonly sigma: number;
  };

/** How long each part of a run takes, or may take. */
export interface Phases {
  /** Limit of all that is prepared. @default {30000} */
  readonly prepareTimeoutMs?: number;
  /** The load grows from nothing. It is tagged, and no part of criteria. @default {0} */
  readonly rampUpMs?: number;
  /** The load is as it is said to be; what criteria are about. */
  readonly steadyMs: number;
  /** The load shrinks to nothing. @default {0} */
  readonly rampDownMs?: number;
  /** How long operations that are under way may still take. @default {the longest timeoutMs of an operation} */
  readonly drainTimeoutMs?: number;
  /** Limit of the cleaning up. @default {30000} */
  readonly cleanupTimeoutMs?: number;
}

/** One thing that users do. */
export interface Operation {
  /** Unique in its scenario. */
  readonly name: string;
  /** The driver that does it, such as `http`. */
  readonly driver: string;
  /** What the driver is asked to do; `${feeder.field}` is replaced. */
  readonly request: JsonObject;
  /** How often, beside the weights of the others; above 0. @default {1} */
  readonly weight?: number;
  /** After which it has timed out, and its user is replaced. @default {10000} */
  readonly timeoutMs?: number;
  /** What must hold of its outcome, or it has failed. */
  readonly checks?: readonly Check[];
  /** Told in reports. */
  readonly tags?: { readonly [name: string]: string };
}

/** Something that must hold of an operation's outcome. */
export interface Check {
  /** A field of the outcome, such as `status` or `body.items.0.id`. */
  readonly field: string;
  /** How the field must be, beside the value. */
  readonly is:
    | "equal"
    | "not_equal"
    | "below"
    | "above"
    | "contains"
    | "present";
  /** Beside what; none for `present`. */
  readonly value?: JsonValue;
}

/** Records for operations. */
export interface Feeder {
  /** What operations are filled in with. */
  readonly records: readonly JsonObject[];
  /**
   * Which one comes next; `once` ends with the last one.
   * @default {"in_turn"}
   */
  readonly order?: "in_turn" | "random" | "once";
}

/** What must hold for a run to pass, of its steady phase. */
export interface Criterion {
  /** Such as `latency.p99`, `serviceTime.mean`, `errorRate`, `throughput`, `dropRate`. */
  readonly metric: string;
  /** The operation; all together if it is left out. */
  readonly operation?: string;
  /** How the metric must be, beside the value. */
  readonly is: "below" | "at_most" | "above" | "at_least";
  /** Times in milliseconds, rates from 0 to 1, throughput in operations a second. */
  readonly value: number;
  /** Whether the run ends when it does not hold, once `abortAfterMs` have passed. @default {false} */
  readonly abort?: boolean;
  /**
   * Milliseconds of the steady phase before it may end the run.
   * @default {5000}
   */
  readonly abortAfterMs?: number;
}
