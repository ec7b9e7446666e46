/**
 * What a search for a bottleneck is given and what it finds: plain data.
 *
 * @module
 */
import type { DistributionSummary, MetricsSnapshot } from "../metrics/mod.ts";
import type { LoadResult } from "../load/mod.ts";
import type { CpuProfileReport } from "./cpu_profile.ts";
import type { Effort } from "./queueing.ts";

/** What a service is to reach; at least one, each 0 or more. */
export interface PerformanceTargets {
  /** Operations in a second, at least. */
  readonly throughputPerSecond?: number;
  /** Milliseconds, at most. */
  readonly latencyMeanMs?: number;
  /** Milliseconds, at most. */
  readonly latencyP50Ms?: number;
  /** Milliseconds, at most. */
  readonly latencyP95Ms?: number;
  /** Milliseconds, at most. */
  readonly latencyP99Ms?: number;
  /** From 0 to 1, at most. */
  readonly errorRate?: number;
  /** From 0 to 1, at most. */
  readonly dropRate?: number;
}

/** A part of each operation, as the service has measured it. */
export interface StageMeasurement {
  /** What findings call it. */
  readonly name: string;
  /** Milliseconds of one visit. */
  readonly latency: Pick<DistributionSummary, "mean">;
  /** Visits of each operation. @default {1} */
  readonly visits?: number;
}

/** How much waited somewhere, as the service has measured it. */
export interface QueueMeasurement {
  /** What findings call it. */
  readonly name: string;
  /** Its depth over time, oldest first. */
  readonly samples: readonly {
    /** Milliseconds of any clock. */
    readonly atMs: number;
    /** How many waited. */
    readonly depth: number;
  }[];
}

/** What is known of a service under load. */
export interface BottleneckMeasurements {
  /** What the load test has measured. */
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
   * Snapshots of the service. With a load test those of its steady phase
   * count, if there are any: the clocks of the two must agree then.
   */
  readonly service?: readonly MetricsSnapshot[];
  /**
   * Cores that the service can keep busy: one thread of JavaScript has one;
   * 0.01 or more.
   * @default {1}
   */
  readonly availableCores?: number;
  /** Queues, beside the mailboxes of actors in the snapshots. */
  readonly queues?: readonly QueueMeasurement[];
  /** Gauges in the snapshots that tell how much waits. */
  readonly queueGauges?: readonly string[];
  /** What operations consist of. */
  readonly stages?: readonly StageMeasurement[];
  /** A profile of the service under load. */
  readonly profile?: CpuProfileReport;
}

/** A target beside what was measured. */
export interface TargetComparison {
  /** Which one. */
  readonly target: keyof PerformanceTargets;
  /** What is to be reached, or not to be passed. */
  readonly limit: number;
  /** What was measured; `null` if it was not. */
  readonly actual: number | null;
  /** `null` if nothing was measured. */
  readonly holds: boolean | null;
}

/** What can hold a service back. */
export type ConstrainedResource =
  /** The generator could not drive the load. */
  | "generator"
  /** The processor of the service. */
  | "cpu"
  /** Work that holds the service's thread for long. */
  | "event-loop"
  /** A limit before which operations wait. */
  | "queue"
  /** A stage of the operations. */
  | "stage"
  /** Something else that the service waits for: another service, a disk. */
  | "downstream"
  /** Operations that fail. */
  | "errors"
  /** Too few virtual users for the load that was planned. */
  | "users";

/** A number that a finding rests on. */
export interface Evidence {
  /** What it is, with the law if it was computed. */
  readonly name: string;
  /** 0 or more. */
  readonly value: number;
  /** Such as `ms`, `1/s` or `share`, which is from 0 to 1. */
  readonly unit: string;
}

/** What a change would bring, computed from the evidence. */
export interface ExpectedGain {
  /** What is changed. */
  readonly change: string;
  /** By how much the possible throughput grows: 1 is not at all. */
  readonly throughputFactor: number | null;
  /** By how much the latency is divided: 1 is not at all. */
  readonly latencyFactor: number | null;
  /** The law, and what it takes for granted. */
  readonly by: string;
}

/** Something that holds the service back. */
export interface BottleneckFinding {
  /** What kind of thing. */
  readonly resource: ConstrainedResource;
  /** Which one, such as the name of a queue; the resource if there is one. */
  readonly name: string;
  /** What is wrong, in a sentence. */
  readonly message: string;
  /**
   * By how much of the resource is used, or of the latency is spent on it:
   * from 0.9 on critical, from 0.7 on high, from 0.5 on medium. Of failures
   * 0.5, 0.1 and 0.01 are enough.
   */
  readonly severity: "critical" | "high" | "medium" | "low";
  /** What the finding rests on. */
  readonly evidence: readonly Evidence[];
  /** `null` if nothing tells how much there is to change. */
  readonly effort: Effort | null;
  /** `null` if nothing can be computed. */
  readonly gain: ExpectedGain | null;
}

/** What a search for a bottleneck has found. */
export interface BottleneckReport {
  /**
   * `none`: every target holds. `generator`: the load test does not count.
   * `unknown`: a target is broken or was not measured, and no measurement says
   * why.
   */
  readonly verdict: "none" | "found" | "generator" | "unknown";
  /** In a sentence. */
  readonly summary: string;
  /** Each target that was given. */
  readonly targets: readonly TargetComparison[];
  /** What holds the service back most, first. */
  readonly findings: readonly BottleneckFinding[];
  /** What was computed of the run as a whole. */
  readonly evidence: readonly Evidence[];
}
