/**
 * Measurements of services that are not there.
 *
 * @module
 */
import { Distribution } from "../../src/metrics/distribution.ts";
import type {
  DistributionSummary,
  MetricsSnapshot,
} from "../../src/metrics/snapshot.ts";
import type { BottleneckMeasurements } from "../../src/profile/bottleneck_report.ts";
import { mostUsers } from "../../src/load/scenario/load_level.ts";
import type { ClosedLoad, OpenLoad } from "../../src/load/scenario/scenario.ts";
import { fullSnapshot } from "../metrics/snapshots.ts";

type Load = NonNullable<BottleneckMeasurements["load"]>;

/** A distribution of one time. */
export function always(ms: number): DistributionSummary {
  const distribution = new Distribution();
  distribution.record(ms);
  return distribution.summary();
}

/** What a load test may have measured. */
export interface LoadSketch {
  readonly load?: OpenLoad | ClosedLoad;
  readonly perSecond?: number;
  readonly latencyMs?: number;
  readonly failed?: number;
  readonly dropped?: number;
  readonly reasons?: readonly string[];
}

/** A load test of ten seconds. */
export function loadOf(
  {
    load = { model: "closed", users: 10 },
    perSecond = 100,
    latencyMs = 100,
    failed = 0,
    dropped = 0,
    reasons = [],
  }: LoadSketch = {},
): Load {
  const ok = perSecond * 10;
  const users = mostUsers(load);
  return {
    scenario: {
      name: "sketch",
      load,
      phases: { steadyMs: 10_000 },
      operations: [{ name: "get", driver: "http", request: {} }],
    },
    model: load.model,
    startedAt: new Date(0).toISOString(),
    phases: [{
      name: "steady",
      startedMs: 1000,
      durationMs: 10_000,
      error: null,
    }],
    steady: {
      name: "all",
      accounting: {
        planned: ok + failed + dropped,
        started: ok + failed,
        dropped,
        ok,
        failed,
        timedOut: 0,
        interrupted: 0,
      },
      throughput: perSecond,
      errorRate: failed / (ok + failed),
      latency: always(latencyMs),
      serviceTime: always(latencyMs),
      connectTime: null,
      tlsTime: null,
      firstByteTime: null,
      restTime: null,
      sentBytes: 0,
      receivedBytes: 0,
      statuses: {},
      checks: [],
      errors: failed === 0 ? [] : [{ message: "It broke", count: failed }],
    },
    users: { planned: users, started: users, replaced: 0, peak: users },
    generator: {
      cpuCores: 0.2,
      workPerOperationMs: null,
      lag: always(0.5),
      eventLoopDelay: always(1),
      rssPeakBytes: null,
      openFilesPeak: null,
      healthy: reasons.length === 0,
      reasons,
      points: [],
    },
  };
}

/** Measurements that a service may have made of itself. */
export interface ServiceSketch {
  readonly cpuCores?: number | null;
  readonly loopDelayMs?: number;
  /** What waits in the mailboxes of one group, by seconds. */
  readonly mailbox?: (second: number) => number;
}

/** A snapshot for each of the ten seconds. */
export function serviceOf(
  { cpuCores = 0.1, loopDelayMs = 1, mailbox = () => 0 }: ServiceSketch = {},
): MetricsSnapshot[] {
  const full = fullSnapshot();
  return Array.from({ length: 10 }, (_, second) => ({
    ...full,
    sequence: second + 1,
    atMs: 1000 + second * 1000,
    process: { ...full.process, cpuCores },
    eventLoop: {
      delayP50Ms: loopDelayMs,
      delayP99Ms: loopDelayMs,
      delayMaxMs: loopDelayMs,
    },
    actors: {
      deadLetters: 0,
      lateReplies: 0,
      groups: [{
        name: "orders",
        actors: 1,
        mailboxMessages: mailbox(second),
        mailboxBytes: 0,
        processed: 100,
        restarts: 0,
        busyMs: null,
      }],
    },
    instruments: [],
  }));
}
