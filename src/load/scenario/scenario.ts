/**
 * Scenarios as data: what JSON and YAML hold, and what a builder makes. Code
 * comes in through drivers, which operations refer to by name.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../codec/mod.ts";

/** A load test: which operations, how many users, how long, what must hold. */
export interface Scenario {
  /** The name of the scenario in reports. */
  readonly name: string;
  /** What the scenario is for. */
  readonly description?: string;
  /** The program under test, started for the run and ended after it. */
  readonly target?: Target;
  /** How many users there are, and when they start operations. */
  readonly load: OpenLoad | ClosedLoad;
  /**
   * How long each phase of the run takes, or may take. A load with `stages`
   * needs none, and has limits alone.
   */
  readonly phases?: Phases;
  /**
   * The operations and flows, at least one; each iteration draws one by weight.
   */
  readonly operations: readonly (Operation | Flow)[];
  /**
   * Steps that are performed in order once, after the target has started and
   * before any user, and count in no figure. All users have what they capture;
   * if one fails, the run is invalid.
   */
  readonly setup?: readonly Step[];
  /**
   * Steps that are performed in order once, after all users have ended, however
   * the run ended. They have what `setup` has captured; one that fails is a
   * warning.
   */
  readonly teardown?: readonly Step[];
  /**
   * Steps that each user performs before its first iteration, in no figure. All
   * of its iterations have what they capture. If one fails, so has the first
   * iteration, and the next one tries again.
   */
  readonly userSetup?: readonly Step[];
  /** Steps that each user performs when it ends; one that fails is a warning. */
  readonly userTeardown?: readonly Step[];
  /**
   * Fields of all requests of a driver, by its name, such as `http`. A field of
   * a request takes the place of the one here; headers are taken together, and
   * a `url` that starts with `/` or `?` follows the one here.
   */
  readonly defaults?: { readonly [driver: string]: JsonObject };
  /**
   * The variables of the environment that requests use as `${env.NAME}`. Each
   * must have a value, and no report, error or output shows it.
   */
  readonly env?: readonly string[];
  /** The feeders, whose records are filled into requests, by name. */
  readonly feeders?: { readonly [name: string]: Feeder };
  /** The criteria that must hold for the run to pass. */
  readonly criteria?: readonly Criterion[];
  /** Tags that reports show. */
  readonly tags?: { readonly [name: string]: string };
  /**
   * The seed of all random choices: the same seed makes the same choices.
   * @default {1}
   */
  readonly seed?: number;
}

/** A program that is the service under test. */
export interface Target {
  /** The command; `deno` is the one that runs the load test. */
  readonly command: string;
  /** The arguments of the command. */
  readonly args?: readonly string[];
  /**
   * A regular expression for the line, of either output, that says that the
   * program is ready. Operations use what its named groups match as
   * `${target.NAME}`.
   */
  readonly readyPattern: string;
  /**
   * How long the program may take to be ready, in milliseconds.
   * @default {30000}
   */
  readonly readyTimeoutMs?: number;
}

/**
 * The open model: iterations start at a rate, whatever the service does, and
 * their latency counts from the planned start.
 */
export interface OpenLoad {
  /** The name of the model. */
  readonly model: "open";
  /**
   * Iterations that start per second in the steady phase; above 0. A load has
   * either this or `stages`.
   */
  readonly arrivalsPerSecond?: number;
  /** What the load is over time, stage by stage, instead of a steady phase. */
  readonly stages?: readonly (Stage & {
    /** Iterations that start per second; 0 or more. */
    readonly arrivalsPerSecond: number;
  })[];
  /**
   * Whether the gaps between arrivals are equal, or those of a Poisson process.
   * @default {"poisson"}
   */
  readonly arrivals?: "constant" | "poisson";
  /** The most virtual users; an arrival that finds all busy is dropped. */
  readonly maxUsers: number;
}

/**
 * The closed model: a fixed number of users, each of whom performs an
 * operation, waits for its end, thinks and goes on.
 */
export interface ClosedLoad {
  /** The name of the model. */
  readonly model: "closed";
  /** The virtual users in the steady phase; a load has this or `stages`. */
  readonly users?: number;
  /** What the load is over time, stage by stage, instead of a steady phase. */
  readonly stages?: readonly (Stage & {
    /** The number of virtual users; 0 or more. */
    readonly users: number;
  })[];
  /**
   * The time between the end of an iteration and the start of the next one of
   * the same user.
   * @default {none}
   */
  readonly thinkTime?: ThinkTime;
}

/** A part of a load, with figures and criteria of its own. */
export interface Stage {
  /** The name of the stage, unique in its load; criteria refer to it. */
  readonly name: string;
  /** How long the stage takes, in milliseconds; above 0. */
  readonly durationMs: number;
  /**
   * Whether the load changes evenly to that of the stage, from that of the stage
   * before it, or from nothing in the first one. Otherwise it is that of the
   * stage from the beginning.
   * @default {false}
   */
  readonly ramp?: boolean;
  /**
   * Whether the stage is left out of the figures of the steady phase, and of
   * criteria that name no stage.
   * @default {false}
   */
  readonly warmUp?: boolean;
}

/** A distribution of times in milliseconds. */
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

/** How long each phase of a run takes, or may take, in milliseconds. */
export interface Phases {
  /**
   * The limit of the preparation, in milliseconds.
   * @default {30000}
   */
  readonly prepareTimeoutMs?: number;
  /**
   * How long the load grows from nothing, in milliseconds. Criteria do not
   * include this phase.
   * @default {0}
   */
  readonly rampUpMs?: number;
  /**
   * How long the full load lasts, in milliseconds; criteria are about it. It is
   * needed unless the load has `stages`.
   */
  readonly steadyMs?: number;
  /**
   * How long the load shrinks to nothing, in milliseconds.
   * @default {0}
   */
  readonly rampDownMs?: number;
  /**
   * How long operations that are under way may still take, in milliseconds.
   * @default {the longest timeoutMs of an operation}
   */
  readonly drainTimeoutMs?: number;
  /**
   * The limit of the clean-up, in milliseconds.
   * @default {30000}
   */
  readonly cleanupTimeoutMs?: number;
}

/** One kind of operation that users perform. */
export interface Operation {
  /** The name of the operation, unique in its scenario. */
  readonly name: string;
  /** The name of the driver that performs it, such as `http`. */
  readonly driver: string;
  /** The request for the driver, in which `${feeder.field}` is filled in. */
  readonly request: JsonObject;
  /**
   * How often the operation is performed relative to the others; above 0.
   * @default {1}
   */
  readonly weight?: number;
  /**
   * How long the operation may take, in milliseconds. One that takes longer has
   * timed out, and its user is replaced.
   * @default {10000}
   */
  readonly timeoutMs?: number;
  /** Checks that the outcome must pass, or the operation has failed. */
  readonly checks?: readonly Check[];
  /** Tags that reports show. */
  readonly tags?: { readonly [name: string]: string };
}

/** One step of a flow. */
export interface Step extends Omit<Operation, "weight"> {
  /**
   * What later steps of the same flow use as `${name}`, by that name: the path
   * to a field of the outcome, as in a check; or what the first group of a
   * regular expression matches in that field. The step fails if there is
   * nothing.
   */
  readonly capture?: {
    readonly [name: string]: string | {
      readonly field: string;
      readonly pattern: string;
    };
  };
}

/**
 * Steps that have figures together, as one. It ends as its last step does, or
 * as the first that does not succeed.
 */
export interface Group {
  /** The name of the group, unique where it stands. */
  readonly name: string;
  /** The steps in order, at least one. */
  readonly steps: readonly (Step | Group | Choice)[];
  /**
   * How many times the steps are performed, one after the other; each time is
   * one in the figures.
   * @default {1}
   */
  readonly repeat?: number;
}

/** Groups of which each iteration performs one. */
export interface Choice {
  /** The groups, at least one; `weight` is 1 by default, and above 0. */
  readonly oneOf: readonly (Group & { readonly weight?: number })[];
}

/**
 * Steps that one user performs in order. A step that fails ends the flow, which
 * has failed then. Flow, groups and steps have figures of their own, those of a
 * step under `flow/step` or `flow/group/step`; all operations together have the
 * flow alone.
 */
export interface Flow {
  /** The name of the flow, unique in its scenario. */
  readonly name: string;
  /** The steps in order, at least one; their names are unique in the flow. */
  readonly steps: readonly (Step | Group | Choice)[];
  /**
   * How often the flow is performed relative to the others; above 0.
   * @default {1}
   */
  readonly weight?: number;
  /** Tags that reports show. */
  readonly tags?: { readonly [name: string]: string };
}

/** A condition that the outcome of an operation must meet. */
export interface Check {
  /**
   * The name of the check in reports and criteria; checks of several operations
   * may have the same.
   * @default {field, comparison and value, such as `status equal 200`}
   */
  readonly name?: string;
  /** The path to a field of the outcome: `status` or `body.items.0.id`. */
  readonly field: string;
  /** How the field must compare with the value. */
  readonly is:
    | "equal"
    | "not_equal"
    | "below"
    | "above"
    | "contains"
    | "present";
  /** The value to compare with; `present` takes none. */
  readonly value?: JsonValue;
}

/** A source of records for requests: either `records` or a `file`. */
export interface Feeder {
  /** The records that are filled into requests. */
  readonly records?: readonly JsonObject[];
  /**
   * The path of a file with the records, instead of `records`, from the folder
   * of the scenario: `.csv`, whose first line has the names of the fields and
   * whose values are all text, or `.json`, a list of objects.
   */
  readonly file?: string;
  /**
   * Which record comes next: all in turn and again from the first, a random
   * one, or each once, after which operations that need one fail.
   * @default {"in_turn"}
   */
  readonly order?: "in_turn" | "random" | "once";
  /**
   * Whether each iteration takes a record, or each user takes one and keeps it:
   * in turn and once, that of the user's number.
   * @default {"iteration"}
   */
  readonly per?: "iteration" | "user";
}

/**
 * A condition on what is measured that must hold for a run to pass: on the
 * steady phase, or on one of the stages.
 */
export interface Criterion {
  /**
   * The metric: `throughput`; `errorRate`, `dropRate`, `timeoutRate` or the same
   * with `Count`; `checkRate`; `statusRate.5xx` or `statusCount.5xx`, of 1xx to
   * 5xx; or a statistic of `latency`, `serviceTime` or a part of the response
   * time (`connectTime`, `tlsTime`, `firstByteTime`, `restTime`): `min`, `mean`,
   * `max` or any percentile, such as `latency.p99` and `latency.p97.5`.
   */
  readonly metric: string;
  /**
   * The name of the operation that is measured.
   * @default {all operations together}
   */
  readonly operation?: string;
  /**
   * The name of the stage that is measured.
   * @default {all stages that are not `warmUp`}
   */
  readonly stage?: string;
  /**
   * The tags of the operations, flows and steps that are measured together
   * instead: those that have all of these. What is in a flow that has them
   * counts with the flow alone.
   */
  readonly tags?: { readonly [name: string]: string };
  /**
   * The name of the check that `checkRate` is about.
   * @default {all checks}
   */
  readonly check?: string;
  /** How the metric must compare with the value. */
  readonly is: "below" | "at_most" | "above" | "at_least";
  /**
   * The value to compare with: times in milliseconds, rates from 0 to 1,
   * throughput in operations per second.
   */
  readonly value: number;
  /**
   * Whether the run ends as soon as the criterion does not hold, once
   * `abortAfterMs` have passed.
   * @default {false}
   */
  readonly abort?: boolean;
  /**
   * Milliseconds of the steady phase before the criterion may end the run, or
   * milliseconds since its stage started.
   * @default {5000}
   */
  readonly abortAfterMs?: number;
}
