/**
 * Whether the generator could drive the load: pure decisions without I/O.
 *
 * @module
 */
import type { DistributionSummary } from "../../metrics/mod.ts";
import { short } from "../report/numbers.ts";

/** Limits of the generator beyond which a run is invalid. */
export interface HealthLimits {
  /**
   * How late one in a hundred operations may start, in milliseconds. A tenth
   * of the median service time is allowed in any case.
   * @default {20}
   */
  readonly lagP99Ms?: number;
  /**
   * How late one in a hundred timers may fire, in milliseconds.
   * @default {100}
   */
  readonly eventLoopDelayP99Ms?: number;
  /**
   * Cores that may be busy on average, of each thread that starts operations.
   * @default {0.95}
   */
  readonly cpuCores?: number;
}

/** What was measured of the generator in the steady phase. */
export interface HealthFacts {
  /** The threads that start operations. */
  readonly threads: number;
  /** Whether operations had planned start times. */
  readonly hasSchedule: boolean;
  /** Whether latencies count from the planned start times. */
  readonly isOpen: boolean;
  /** How late operations started, in milliseconds. */
  readonly lag: DistributionSummary;
  /** How late timers fired, in milliseconds. */
  readonly eventLoopDelay: DistributionSummary;
  /** Cores kept busy on average; `null` if that is not known. */
  readonly cpuCores: number | null;
  /** Milliseconds of the generator's own work for each operation, if known. */
  readonly workPerOperationMs: number | null;
  /** The median service time; `null` if no operation succeeded. */
  readonly serviceTimeP50Ms: number | null;
}

/** How late half of the operations may start without a word, in ms. */
const PUNCTUAL_MS = 0.1;
/** The part of the median service time that lag may be without a word. */
const LAG_PART = 0.1;
/** The part of the median service time that is called the generator's own. */
const OWN_PART = 0.25;
/** No thread is seen busier than this: others need its core as well. */
const MAX_BUSY = 0.95;

/** What was decided about the generator. */
export interface HealthVerdict {
  /** Why the run is invalid. */
  readonly reasons: readonly string[];
  /** What a reader of the numbers should know. */
  readonly warnings: readonly string[];
}

/** A generator that is late and not busy itself was kept waiting by others. */
function remedyFor({ cpuCores }: HealthFacts, limit: number): string {
  return cpuCores === null || cpuCores > limit / 2
    ? "plan a smaller load."
    : `it kept only ${
      cpuCores.toFixed(2)
    } cores busy, so others had the machine: run it where they do not, or plan a smaller load.`;
}

/**
 * Judges the generator. A run is invalid if its operations started late, if its
 * timers fired late, or if its thread was busy all the time although there was
 * a schedule to keep. Without a schedule, in the closed model without think
 * time, a busy thread is what was asked for, and only a warning.
 */
export function judgeHealth(
  facts: HealthFacts,
  limits: HealthLimits = {},
): HealthVerdict {
  const { lagP99Ms = 20, eventLoopDelayP99Ms = 100 } = limits;
  const cpuCores = (limits.cpuCores ?? 0.95) * facts.threads;
  const reasons: string[] = [];
  const warnings: string[] = [];
  const remedy = remedyFor(facts, cpuCores);
  const maxLagMs = Math.max(lagP99Ms, (facts.serviceTimeP50Ms ?? 0) / 10);
  const lagMs = facts.lag.p99 ?? 0;
  if (facts.hasSchedule && lagMs > maxLagMs) {
    reasons.push(
      `The generator started 1 % of the operations more than ${
        lagMs.toFixed(1)
      } ms late (the limit is ${maxLagMs.toFixed(1)} ms): ${remedy}`,
    );
  }
  const delayMs = facts.eventLoopDelay.p99 ?? 0;
  if (delayMs > eventLoopDelayP99Ms) {
    reasons.push(
      `1 % of the generator's timers were more than ${
        delayMs.toFixed(1)
      } ms late (the limit is ${eventLoopDelayP99Ms} ms): ${remedy}`,
    );
  }
  if (facts.cpuCores !== null && facts.cpuCores > cpuCores) {
    const busy = `The generator kept ${facts.cpuCores.toFixed(2)} cores busy`;
    if (facts.hasSchedule) {
      reasons.push(
        `${busy} (the limit is ${cpuCores}): plan a smaller load.`,
      );
    } else {
      warnings.push(`${busy}: the times may include its own work.`);
    }
  }
  return {
    reasons,
    warnings: [
      ...warnings,
      ...reasons.length > 0 ? [] : lagWarnings(facts),
      ...ownWarnings(facts),
    ],
  };
}

/** Warns of latencies that include how late operations started. */
function lagWarnings(
  { isOpen, lag: { p50 }, serviceTimeP50Ms }: HealthFacts,
): string[] {
  const serviceMs = serviceTimeP50Ms ?? 0;
  const isSmall = p50 === null ||
    p50 <= Math.max(PUNCTUAL_MS, serviceMs * LAG_PART);
  if (!isOpen || isSmall) return [];
  return [
    `Half of the operations started more than ${
      short(p50)
    } ms late, and the median service time is ${
      short(serviceMs)
    } ms: latencies include this lag of the generator, service times do not.`,
  ];
}

/**
 * Warns of times that the generator spent itself. On a machine whose cores are
 * shared no thread looks busy all the time, so its work is compared with what
 * was measured: with each operation that is under way at the same time, a
 * response waits longer for the thread.
 */
function ownWarnings(
  { workPerOperationMs, serviceTimeP50Ms, cpuCores, threads }: HealthFacts,
): string[] {
  if (workPerOperationMs === null || !serviceTimeP50Ms) return [];
  const busy = Math.min((cpuCores ?? 0) / threads, MAX_BUSY);
  const ownMs = workPerOperationMs / (1 - busy);
  if (ownMs < serviceTimeP50Ms * OWN_PART) return [];
  return [
    `The generator's own work is ${
      short(workPerOperationMs)
    } ms for each operation, which keeps ${
      (cpuCores ?? 0).toFixed(2)
    } cores busy, and the median service time is ${
      short(serviceTimeP50Ms)
    } ms: much of the times is its own, not the service's.`,
  ];
}
