/**
 * What a run produces: plain data that JSON can hold.
 *
 * @module
 */
import type { DistributionSummary, MetricsSnapshot } from "../metrics/mod.ts";
import type { Accounting, OperationResult } from "./operation_result.ts";
import type { Criterion, Scenario } from "./scenario/scenario.ts";

export type { Accounting, OperationResult } from "./operation_result.ts";
export type {
  ErrorCount,
  GeneratorHealth,
  OperationDetail,
  PhaseResult,
  RunError,
  RunOrigin,
  StageResult,
  UserResult,
  WorkerResult,
} from "./result_details.ts";

/** How a run ended. Each verdict has an exit code of the command line. */
export type Verdict =
  /** Every criterion and default limit holds: exit code 0. */
  | "passed"
  /** At least one criterion or default limit does not hold: exit code 1. */
  | "failed"
  /** The run could not be prepared, or the generator not keep up: 3. */
  | "invalid"
  /** A signal ended the run: 4; or a criterion that aborts: 6. */
  | "aborted";

/** The name of a phase of a run. */
export type PhaseName =
  | "prepare"
  | "ramp_up"
  | "steady"
  | "ramp_down"
  | "cleanup";

/** The result of a run. */
export interface LoadResult {
  /** The scenario that was run. */
  readonly scenario: Scenario;
  /** The load model of the scenario. */
  readonly model: "open" | "closed";
  /** How the run ended. */
  readonly verdict: Verdict;
  /** Why the verdict is not `passed`, in sentences; empty if it is. */
  readonly reasons: readonly string[];
  /** What a reader of the result should know, in sentences. */
  readonly warnings: readonly string[];
  /** When the run started, in ISO 8601. */
  readonly startedAt: string;
  /** How long the whole run took, in milliseconds. */
  readonly durationMs: number;
  /** The phases that took place, in order. */
  readonly phases: readonly {
    /** The name of the phase. */
    readonly name: PhaseName;
    /** When the phase started, in milliseconds of the run. */
    readonly startedMs: number;
    /** How long the phase took, in milliseconds. */
    readonly durationMs: number;
    /** The message of what the phase threw; `null` if it went well. */
    readonly error: string | null;
  }[];
  /** The counters of all operations in all phases. */
  readonly total: Accounting;
  /** All operations of the steady phase together; criteria are about it. */
  readonly steady: OperationResult;
  /**
   * Each operation in the steady phase, in the order of the scenario; after a
   * flow come its steps, named `flow/step`, which are no part of the sums.
   */
  readonly operations: readonly OperationResult[];
  /**
   * The stages that took place, in order, each with figures of its own; empty
   * if the load of the scenario has no `stages`.
   */
  readonly stages: readonly {
    /** The name of the stage. */
    readonly name: string;
    /** Whether it is left out of `steady` and of criteria without a stage. */
    readonly warmUp: boolean;
    /** When the stage started, in milliseconds of the run. */
    readonly startedMs: number;
    /** How long the stage took, in milliseconds. */
    readonly durationMs: number;
    /** All operations of the stage together. */
    readonly all: OperationResult;
    /** Each operation, in the order of `operations` of the result. */
    readonly operations: readonly OperationResult[];
  }[];
  /**
   * How operations were performed where drivers have a choice, such as `read:
   * HTTP/1.1, over as many connections as there are concurrent requests`.
   */
  readonly protocols: readonly string[];
  /** What became of the virtual users. */
  readonly users: {
    /** The number of users in the scenario; in the open model, the limit. */
    readonly planned: number;
    /** The number of users that started, replacements included. */
    readonly started: number;
    /** The number of users that replaced one that stalled or crashed. */
    readonly replaced: number;
    /** The most users at the same time; with workers, the sum of their most. */
    readonly peak: number;
  };
  /** What each worker did; empty if the run's own thread generated the load. */
  readonly workers: readonly {
    /** The index of the worker, from 0. */
    readonly index: number;
    /** Its share of the users of the scenario; in the open model, of the limit. */
    readonly users: number;
    /** The counters of all its operations in all phases. */
    readonly total: Accounting;
    /** How late one in a hundred of its operations started, in milliseconds. */
    readonly lagP99Ms: number | null;
    /** How late one in a hundred of its timers fired, in milliseconds. */
    readonly eventLoopDelayP99Ms: number | null;
  }[];
  /**
   * The criterion with `abort` that ended the run, as it was then; `null` if
   * none did.
   */
  readonly abortedBy: CriterionResult | null;
  /** The criteria and the default limits, each with its outcome. */
  readonly criteria: readonly CriterionResult[];
  /** How well the load generator itself could keep up. */
  readonly generator: {
    /**
     * Cores kept busy on average, but for waiting for the next start; `null` if
     * that is not known.
     */
    readonly cpuCores: number | null;
    /**
     * Milliseconds of processor time that the generator itself took for each
     * operation of the steady phase; `null` if that is not known.
     */
    readonly workPerOperationMs: number | null;
    /** How late operations started, in milliseconds. */
    readonly lag: DistributionSummary;
    /** How late timers fired, in milliseconds. */
    readonly eventLoopDelay: DistributionSummary;
    /** The most resident memory, in bytes; `null` if that is not known. */
    readonly rssPeakBytes: number | null;
    /** The most open file descriptors; `null` if that is not known. */
    readonly openFilesPeak: number | null;
    /** Whether the generator could keep up; if not, the run is invalid. */
    readonly healthy: boolean;
    /** Why the generator is not healthy, in sentences. */
    readonly reasons: readonly string[];
    /** The generator in the intervals of the timeline, in order. */
    readonly points: readonly {
      /** When the interval starts, in milliseconds of the run. */
      readonly atMs: number;
      /** Cores kept busy, but for waiting for the next start. */
      readonly cpuCores: number | null;
      /** How late one in a hundred operations started, in milliseconds. */
      readonly lagP99Ms: number | null;
      /** How late one in a hundred timers fired, in milliseconds. */
      readonly eventLoopDelayP99Ms: number | null;
    }[];
  };
  /** The load over time. */
  readonly timeline: Timeline;
  /** The errors of all phases, the most frequent of each operation first. */
  readonly errors: readonly {
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
  }[];
  /**
   * What charts need of all operations together, and then of each operation and
   * step, at most 20 of them: those after the first 20 have none.
   */
  readonly details: readonly {
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
  }[];
  /** Where and with what the run took place: what it takes to repeat it. */
  readonly origin: {
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
  };
}

/** A criterion and whether it holds. */
export interface CriterionResult {
  /** The criterion of the scenario. */
  readonly criterion: Criterion;
  /** The value that was measured; `null` if there is no data. */
  readonly actual: number | null;
  /** Whether the criterion holds; without data it does not. */
  readonly outcome: "held" | "broken" | "no_data";
  /** Whether it is a default limit, which the scenario does not name. */
  readonly isDefault: boolean;
  /**
   * Why the criterion does not hold, in a sentence with what was measured;
   * `null` if it holds.
   */
  readonly reason: string | null;
}

/** The load over time, in intervals of equal length. */
export interface Timeline {
  /** The length of an interval, in milliseconds. */
  readonly intervalMs: number;
  /** The intervals in order, at most 600 however long the run is. */
  readonly points: readonly TimelinePoint[];
}

/** One interval of a timeline. */
export interface TimelinePoint {
  /** When the interval starts, in milliseconds of the run. */
  readonly atMs: number;
  /** The phase in which the interval starts. */
  readonly phase: PhaseName;
  /** The stage in which it starts; `null` if the load has no stages. */
  readonly stage: string | null;
  /**
   * Arrivals per second that are planned, on average over the interval; `null`
   * in the closed model.
   */
  readonly plannedPerSecond: number | null;
  /**
   * Virtual users that are planned, on average over the interval; `null` in the
   * open model.
   */
  readonly plannedUsers: number | null;
  /** Virtual users at the end of the interval. */
  readonly users: number;
  /** Operations that succeeded in the interval. */
  readonly ok: number;
  /** Operations that ended in any other way. */
  readonly errors: number;
  /** Operations among the errors that took longer than their `timeoutMs`. */
  readonly timedOut: number;
  /** Operations that no user was free to start. */
  readonly dropped: number;
  /** The median latency, in milliseconds; `null` if nothing succeeded. */
  readonly latencyP50Ms: number | null;
  /** The 99th percentile of the latency, in milliseconds. */
  readonly latencyP99Ms: number | null;
  /** The longest latency, in milliseconds. */
  readonly latencyMaxMs: number | null;
}

/** What a run reports while it goes on, about once a second. */
export interface LoadProgress {
  /** The current phase of the run. */
  readonly phase: PhaseName;
  /** The current stage; `null` if the load has no stages. */
  readonly stage: string | null;
  /** Milliseconds since the load started. */
  readonly elapsedMs: number;
  /** Milliseconds that the load should take. */
  readonly plannedMs: number;
  /** The counters of all operations so far. */
  readonly total: Accounting;
  /** Operations that are under way. */
  readonly inFlight: number;
  /** The current interval of the timeline. */
  readonly point: TimelinePoint;
  /**
   * All operations of the steady phase together, so far. This and what follows
   * from it is summed up when it is first read, which takes some milliseconds.
   */
  readonly steady: OperationResult;
  /**
   * Each operation in the steady phase so far, in the order of the scenario;
   * after a flow come its steps.
   */
  readonly operations: readonly OperationResult[];
  /**
   * The criteria and the default limits as they stand now. Before the steady
   * phase there is no data.
   */
  readonly criteria: readonly CriterionResult[];
  /** The last snapshot of the collector, if the manager has one. */
  readonly metrics: MetricsSnapshot | null;
}
