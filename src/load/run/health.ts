/**
 * Whether the generator could drive the load: pure decisions without I/O.
 *
 * @module
 */
import type { DistributionSummary } from "../../metrics/mod.ts";

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
   * Cores that may be busy on average: one thread starts all operations.
   * @default {0.95}
   */
  readonly cpuCores?: number;
}

/** What was measured of the generator in the steady phase. */
export interface HealthFacts {
  /** Whether operations had planned start times. */
  readonly hasSchedule: boolean;
  /** How late operations started, in milliseconds. */
  readonly lag: DistributionSummary;
  /** How late timers fired, in milliseconds. */
  readonly eventLoopDelay: DistributionSummary;
  /** Cores kept busy on average; `null` if that is not known. */
  readonly cpuCores: number | null;
  /** The median service time; `null` if no operation succeeded. */
  readonly serviceTimeP50Ms: number | null;
}

/** What was decided about the generator. */
export interface HealthVerdict {
  /** Why the run is invalid. */
  readonly reasons: readonly string[];
  /** What a reader of the numbers should know. */
  readonly warnings: readonly string[];
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
  const { lagP99Ms = 20, eventLoopDelayP99Ms = 100, cpuCores = 0.95 } = limits;
  const reasons: string[] = [];
  const warnings: string[] = [];
  const maxLagMs = Math.max(lagP99Ms, (facts.serviceTimeP50Ms ?? 0) / 10);
  const lagMs = facts.lag.p99 ?? 0;
  if (facts.hasSchedule && lagMs > maxLagMs) {
    reasons.push(
      `The generator started 1 % of the operations more than ${
        lagMs.toFixed(1)
      } ms late (the limit is ${maxLagMs.toFixed(1)} ms): plan a smaller load.`,
    );
  }
  const delayMs = facts.eventLoopDelay.p99 ?? 0;
  if (delayMs > eventLoopDelayP99Ms) {
    reasons.push(
      `1 % of the generator's timers were more than ${
        delayMs.toFixed(1)
      } ms late (the limit is ${eventLoopDelayP99Ms} ms): plan a smaller load.`,
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
  return { reasons, warnings };
}
