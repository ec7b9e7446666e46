/**
 * What came of a run: plain data, as JSON has it.
 *
 * @module
 */
import type { DistributionSummary, MetricsSnapshot } from "../metrics/mod.ts";
import type { Criterion, Scenario } from "./scenario/scenario.ts";

/**
 * What became of what was planned. `planned = started + dropped`, and
 * `started = ok + failed + timedOut + interrupted`: nothing is in flight.
 */
export interface Accounting {
  /** Operations whose time had come. */
  readonly planned: number;
  /** Those that were begun. */
  readonly started: number;
  /** Those that nobody was free to start. */
  readonly dropped: number;
  /** Those that did what they should. */
  readonly ok: number;
  /** Those that threw, or whose outcome did not pass its checks. */
  readonly failed: number;
  /** Those that took longer than their `timeoutMs`. */
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
  | "ramp_up"
  | "steady"
  | "ramp_down"
  | "cleanup";

/** What came of a run. */
export interface LoadResult {
  /** What was run. */
  readonly scenario: Scenario;
  /** Of its load. */
  readonly model: "open" | "closed";
  /** How it ended. */
  readonly verdict: Verdict;
  /** Why it is not `passed`, in sentences; and warnings. */
  readonly reasons: readonly string[];
  /** What to know when reading it. */
  readonly warnings: readonly string[];
  /** ISO 8601. */
  readonly startedAt: string;
  /** How long all of it took, in milliseconds. */
  readonly durationMs: number;
  /** Those that there were, in order. */
  readonly phases: readonly PhaseResult[];
  /** Of the whole run. */
  readonly total: Accounting;
  /** Of the steady phase, which criteria are about. */
  readonly steady: OperationResult;
  /** The same, of each operation. */
  readonly operations: readonly OperationResult[];
  /** What became of the virtual users. */
  readonly users: UserResult;
  /** Whether they hold. */
  readonly criteria: readonly CriterionResult[];
  /** How well the generator was. */
  readonly generator: GeneratorHealth;
  /** At most 600 parts of equal length, whatever the run's length is. */
  readonly timeline: Timeline;
}

/** One phase, as it was. */
export interface PhaseResult {
  /** Which one. */
  readonly name: PhaseName;
  /** When it began, in milliseconds of the run. */
  readonly startedMs: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** What it threw. */
  readonly error: string | null;
}

/** What came of an operation in the steady phase; or of all together. */
export interface OperationResult {
  /** Its name. */
  readonly name: string;
  /** What became of what was planned. */
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
  /** Bytes of payload that were sent. */
  readonly sentBytes: number;
  /** Bytes of payload that came. */
  readonly receivedBytes: number;
  /** The most frequent ones, at most 20. */
  readonly errors: readonly ErrorCount[];
}

/** An error, and how often it came. */
export interface ErrorCount {
  /** Its message. */
  readonly message: string;
  /** How often. */
  readonly count: number;
}

/** What became of the virtual users. */
export interface UserResult {
  /** Those that the load needs. */
  readonly planned: number;
  /** Those that began, replacements left out. */
  readonly started: number;
  /** Those that took the place of one that was stalled or broken. */
  readonly replaced: number;
  /** The most at once. */
  readonly peak: number;
}

/** Whether a criterion holds. */
export interface CriterionResult {
  /** What must hold. */
  readonly criterion: Criterion;
  /** What was measured; `null` without data. */
  readonly actual: number | null;
  /** Whether it holds; without data it does not. */
  readonly outcome: "held" | "broken" | "no_data";
}

/** How well the generator itself was. */
export interface GeneratorHealth {
  /** Cores kept busy on average. */
  readonly cpuCores: number | null;
  /** How late operations were begun, in milliseconds; the open model's lag. */
  readonly lag: DistributionSummary;
  /** How late timers were, in milliseconds. */
  readonly eventLoopDelay: DistributionSummary;
  /** The most resident memory, in bytes. */
  readonly rssPeakBytes: number | null;
  /** The most descriptors. */
  readonly openFilesPeak: number | null;
  /** Whether it could drive what it was to; if not, why. */
  readonly healthy: boolean;
  /** Why it is not healthy, in sentences. */
  readonly reasons: readonly string[];
}

/** The run in parts of equal length. */
export interface Timeline {
  /** The length of one part, in milliseconds. */
  readonly intervalMs: number;
  /** The parts, in order. */
  readonly points: readonly TimelinePoint[];
}

/** One part of the run. */
export interface TimelinePoint {
  /** When it begins, in milliseconds of the load. */
  readonly atMs: number;
  /** In which phase that is. */
  readonly phase: PhaseName;
  /** Virtual users at its end. */
  readonly users: number;
  /** Operations that ended well. */
  readonly ok: number;
  /** Those that failed or timed out. */
  readonly errors: number;
  /** Those that nobody was free to start. */
  readonly dropped: number;
  /** What half of the times do not exceed, in milliseconds. */
  readonly latencyP50Ms: number | null;
  /** What 99 % of them do not exceed. */
  readonly latencyP99Ms: number | null;
  /** The longest. */
  readonly latencyMaxMs: number | null;
}

/** What a run tells while it goes on, about once a second. */
export interface LoadProgress {
  /** Where the run is. */
  readonly phase: PhaseName;
  /** Milliseconds since the load began. */
  readonly elapsedMs: number;
  /** Milliseconds that the load is to take. */
  readonly plannedMs: number;
  /** What became of what was planned so far. */
  readonly total: Accounting;
  /** Those under way. */
  readonly inFlight: number;
  /** The last part of the timeline. */
  readonly point: TimelinePoint;
  /** The generator as a collector sees it, if there is one. */
  readonly metrics: MetricsSnapshot | null;
}
