/**
 * The input and the report of a bottleneck analysis: plain data.
 *
 * @module
 */
import type { DistributionSummary, MetricsSnapshot } from "../metrics/mod.ts";
import type { LoadResult } from "../load/mod.ts";
import type { SlowQuery, StoreStats } from "../store/mod.ts";
import type { CpuProfileReport } from "./cpu_profile.ts";
import type { Effort } from "./queueing.ts";

/** Targets that a service must meet: at least one, each 0 or more. */
export interface PerformanceTargets {
  /** Minimum throughput, in operations per second. */
  readonly throughputPerSecond?: number;
  /** Maximum mean latency, in milliseconds. */
  readonly latencyMeanMs?: number;
  /** Maximum median latency, in milliseconds. */
  readonly latencyP50Ms?: number;
  /** Maximum 95th percentile of the latency, in milliseconds. */
  readonly latencyP95Ms?: number;
  /** Maximum 99th percentile of the latency, in milliseconds. */
  readonly latencyP99Ms?: number;
  /** Maximum share of operations that fail, from 0 to 1. */
  readonly errorRate?: number;
  /** Maximum share of planned operations that are dropped, from 0 to 1. */
  readonly dropRate?: number;
}

/** A stage of each operation, as the service has measured it. */
export interface StageMeasurement {
  /** Name of the stage, for findings. */
  readonly name: string;
  /** Milliseconds that one visit takes. */
  readonly latency: Pick<DistributionSummary, "mean">;
  /**
   * Visits to the stage in each operation.
   * @default {1}
   */
  readonly visits?: number;
}

/** The depth of a queue over time, as the service has measured it. */
export interface QueueMeasurement {
  /** Name of the queue, for findings. */
  readonly name: string;
  /** Depths of the queue, oldest first. */
  readonly samples: readonly {
    /** Time of the sample in milliseconds, on any clock. */
    readonly atMs: number;
    /** How many operations waited then. */
    readonly depth: number;
  }[];
}

/** Measurements of a service under load. */
export interface BottleneckMeasurements {
  /** Result of the load test. */
  readonly load?: Pick<
    LoadResult,
    | "scenario"
    | "model"
    | "startedAt"
    | "phases"
    | "steady"
    | "users"
    | "generator"
  >;
  /**
   * Metrics snapshots of the service. With a load test, those from its steady
   * phase count, if there are any: the clocks of both must agree then.
   */
  readonly service?: readonly MetricsSnapshot[];
  /**
   * Cores that the service can keep busy, at least 0.01: one thread of
   * JavaScript can use one.
   * @default {1}
   */
  readonly availableCores?: number;
  /**
   * Numbers of the store behind the service, oldest first: `data.stats()` now and
   * then. With a load test, those from its steady phase count, if there are any.
   */
  readonly store?: readonly StoreStats[];
  /** Slow queries of the store: `data.slowQueries()` after the load. */
  readonly slowQueries?: readonly SlowQuery[];
  /** Further queues, beside the mailboxes of actors in the snapshots. */
  readonly queues?: readonly QueueMeasurement[];
  /** Names of the gauges in the snapshots that are depths of queues. */
  readonly queueGauges?: readonly string[];
  /** Stages that each operation consists of. */
  readonly stages?: readonly StageMeasurement[];
  /** CPU profile of the service under load. */
  readonly profile?: CpuProfileReport;
}

/** A target, and the value that was measured for it. */
export interface TargetComparison {
  /** Name of the target. */
  readonly target: keyof PerformanceTargets;
  /** Value of the target. */
  readonly limit: number;
  /** Value that was measured; `null` if there is none. */
  readonly actual: number | null;
  /** Whether the target is met; `null` if nothing was measured. */
  readonly holds: boolean | null;
}

/** The resource that limits a service. */
export type ConstrainedResource =
  /** The generator could not drive the load. */
  | "generator"
  /** The CPU of the service. */
  | "cpu"
  /** Work that blocks the service's thread for a long time. */
  | "event_loop"
  /** A limit at which operations queue. */
  | "queue"
  /** One stage of the operations. */
  | "stage"
  /**
   * Something that the service waits for, such as another service or a disk.
   */
  | "downstream"
  /** The disk that the commits of a store wait for. */
  | "disk"
  /** The writer of a store: its work, or what holds it. */
  | "writer"
  /** The threads that read in a store. */
  | "readers"
  /** The hashes of passwords of a store. */
  | "hashing"
  /** Operations that fail. */
  | "errors"
  /** Too few virtual users for the planned load. */
  | "users";

/** A number that a finding is based on. */
export interface Evidence {
  /** Name of the number, with the law by which it was computed, if it was. */
  readonly name: string;
  /** Value of the number, at least 0. */
  readonly value: number;
  /** Unit of the value, such as `ms`, `1/s` or `share` (from 0 to 1). */
  readonly unit: string;
}

/** The gain of one change, computed from the evidence. */
export interface ExpectedGain {
  /** Change that would bring the gain. */
  readonly change: string;
  /** Factor by which the maximum throughput grows; 1 is no gain. */
  readonly throughputFactor: number | null;
  /** Factor by which the latency is divided; 1 is no gain. */
  readonly latencyFactor: number | null;
  /** Law that was used, and its assumptions. */
  readonly by: string;
}

/** One thing that limits the service. */
export interface BottleneckFinding {
  /** Kind of resource that limits the service. */
  readonly resource: ConstrainedResource;
  /** Name of the queue or stage; otherwise the same as `resource`. */
  readonly name: string;
  /** Description of the problem, as a sentence. */
  readonly message: string;
  /**
   * Severity, from the share of the resource that is used, or of the latency
   * that is spent on it: `critical` from 0.9, `high` from 0.7, `medium` from
   * 0.5. For failures, 0.5, 0.1 and 0.01.
   */
  readonly severity: "critical" | "high" | "medium" | "low";
  /** Numbers that the finding is based on. */
  readonly evidence: readonly Evidence[];
  /** How many things must change; `null` if that is not known. */
  readonly effort: Effort | null;
  /** Expected gain of a change; `null` if it cannot be computed. */
  readonly gain: ExpectedGain | null;
}

/** The report of a bottleneck analysis. */
export interface BottleneckReport {
  /**
   * What the analysis found. `none`: every target is met. `found`: there are
   * findings. `generator`: the load generator was the limit, so the test does
   * not count. `unknown`: a target is missed or was not measured, and no
   * measurement shows why.
   */
  readonly verdict: "none" | "found" | "generator" | "unknown";
  /** Summary of the report, as a sentence. */
  readonly summary: string;
  /** The given targets, with the measured values. */
  readonly targets: readonly TargetComparison[];
  /** What limits the service, the strongest limit first. */
  readonly findings: readonly BottleneckFinding[];
  /** Numbers about the run as a whole. */
  readonly evidence: readonly Evidence[];
}
