/**
 * What came of a run: plain data, as JSON has it.
 *
 * @module
 */
import type {
  DistributionSummary,
  MetricsSnapshot,
} from "../metrics/snapshot.ts";
import type { Criterion, Scenario } from "./scenario.ts";

/**
 * What became of what was planned. `planned = started + dropped`, and
 * `started = ok + failed + timedOut + interrupted`: nothing is in flight.
 */
export interface Accounting {
  /** Operations whose time had come. */
  readonly planned: number;
  readonly started: number;
  /** Those that nobody was free to start. */
  readonly dropped: number;
  readonly ok: number;
  /** Those that threw, or whose outcome did not pass its checks. */
  readonly failed: number;
  readonly timedOut: number;
  /** Those that the end of the run cut short. */
  readonly interrupted: number;
}

/** How a run ended, with the exit code of the command line. */
export type Verdict =
  /** Every criterion holds: 0. */
  | "passed"
  /** At least one does not: 1. */
  | "failed"
  /** The generator could not drive it, or it could not be prepared: 3. */
  | "invalid"
  /** By a signal, or by a criterion that aborts: 4. */
  | "aborted";

/** A part of a run. */
export type PhaseName =
  | "prepare"
  | "ramp-up"
  | "steady"
  | "ramp-down"
  | "cleanup";

/** What came of a run. */
export interface LoadResult {
  readonly scenario: Scenario;
  readonly model: "open" | "closed";
  readonly verdict: Verdict;
  /** Why it is not `passed`, in sentences; and warnings. */
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly phases: readonly PhaseResult[];
  /** Of the whole run. */
  readonly total: Accounting;
  /** Of the steady phase, which criteria are about. */
  readonly steady: OperationResult;
  readonly operations: readonly OperationResult[];
  readonly users: UserResult;
  readonly criteria: readonly CriterionResult[];
  readonly generator: GeneratorHealth;
  /** At most 600 parts of equal length, whatever the run's length is. */
  readonly timeline: Timeline;
}

/** One phase, as it was. */
export interface PhaseResult {
  readonly name: PhaseName;
  readonly startedMs: number;
  readonly durationMs: number;
  /** What it threw. */
  readonly error: string | null;
}

/** What came of an operation in the steady phase; or of all together. */
export interface OperationResult {
  readonly name: string;
  readonly accounting: Accounting;
  /** In a second, of those that are ok. */
  readonly throughput: number | null;
  /** Those that are not ok of those started, from 0 to 1. */
  readonly errorRate: number | null;
  /**
   * Milliseconds of those that are ok: in the open model from the planned
   * begin, in the closed one from the real begin.
   */
  readonly latency: DistributionSummary;
  /** Milliseconds from the real begin. */
  readonly serviceTime: DistributionSummary;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** The most frequent ones, at most 20. */
  readonly errors: readonly {
    readonly message: string;
    readonly count: number;
  }[];
}

/** What became of the virtual users. */
export interface UserResult {
  readonly planned: number;
  readonly started: number;
  /** Those that took the place of one that was stalled or broken. */
  readonly replaced: number;
  /** The most at once. */
  readonly peak: number;
}

/** Whether a criterion holds. */
export interface CriterionResult {
  readonly criterion: Criterion;
  readonly actual: number | null;
  readonly outcome: "held" | "broken" | "no data";
}

/** How well the generator itself was. */
export interface GeneratorHealth {
  /** Cores kept busy on average. */
  readonly cpuCores: number | null;
  /** How late operations were begun, in milliseconds; the open model's lag. */
  readonly lag: DistributionSummary;
  /** How late timers were, in milliseconds. */
  readonly eventLoopDelay: DistributionSummary;
  readonly rssPeakBytes: number | null;
  readonly openFilesPeak: number | null;
  /** Whether it could drive what it was to; if not, why. */
  readonly healthy: boolean;
  readonly reasons: readonly string[];
}

/** The run in parts of equal length. */
export interface Timeline {
  readonly stepMs: number;
  readonly points: readonly TimelinePoint[];
}

/** One part of the run. */
export interface TimelinePoint {
  readonly atMs: number;
  readonly phase: PhaseName;
  readonly users: number;
  readonly ok: number;
  readonly errors: number;
  readonly dropped: number;
  readonly latencyP50Ms: number | null;
  readonly latencyP99Ms: number | null;
  readonly latencyMaxMs: number | null;
}

/** What a run tells while it goes on, about once a second. */
export interface LoadProgress {
  readonly phase: PhaseName;
  readonly elapsedMs: number;
  readonly plannedMs: number;
  readonly total: Accounting;
  /** Those under way. */
  readonly inFlight: number;
  readonly point: TimelinePoint;
  /** The generator as a collector sees it, if there is one. */
  readonly metrics: MetricsSnapshot | null;
}
