/**
 * Whether a generator could drive what it was to: pure decisions.
 *
 * @module
 */
import type { DistributionSummary } from "../../metrics/mod.ts";

/** From where on a run does not count. */
export interface HealthLimits {
  /**
   * Milliseconds that one in a hundred begins of operations may be late by.
   * What is less than a tenth of the median service time is no harm either.
   * @default {20}
   */
  readonly lagP99Ms?: number;
  /**
   * Milliseconds that one in a hundred timers may be late by.
   * @default {100}
   */
  readonly eventLoopDelayP99Ms?: number;
  /**
   * Cores that may be kept busy on average: one thread begins all operations.
   * @default {0.95}
   */
  readonly cpuCores?: number;
}

/** What is known of a generator in its steady phase. */
export interface HealthFacts {
  /** Whether operations had a time at which to begin. */
  readonly hasSchedule: boolean;
  /** Milliseconds that they began late by. */
  readonly lag: DistributionSummary;
  /** Milliseconds that timers were late by. */
  readonly eventLoopDelay: DistributionSummary;
  /** Cores kept busy on average, if that is known. */
  readonly cpuCores: number | null;
  /** Median of what operations took, if any was ok. */
  readonly serviceTimeP50Ms: number | null;
}

/** What is decided of it. */
export interface HealthVerdict {
  /** Why the run does not count. */
  readonly reasons: readonly string[];
  /** What to know of its numbers. */
  readonly warnings: readonly string[];
}

/**
 * Judges a generator. A run does not count if its operations began late, if
 * its timers were late, or if its thread was busy all the time although there
 * was a schedule to keep. Without one, in the closed model without time to
 * think, a busy thread is what was asked for, and is a warning.
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
      `The generator began 1 % of the operations more than ${
        lagMs.toFixed(1)
      } ms late, ${maxLagMs.toFixed(1)} ms is the limit: plan a smaller load.`,
    );
  }
  const delayMs = facts.eventLoopDelay.p99 ?? 0;
  if (delayMs > eventLoopDelayP99Ms) {
    reasons.push(
      `1 % of the generator's timers were more than ${
        delayMs.toFixed(1)
      } ms late, ${eventLoopDelayP99Ms} ms is the limit: plan a smaller load.`,
    );
  }
  if (facts.cpuCores !== null && facts.cpuCores > cpuCores) {
    const busy = `The generator kept ${facts.cpuCores.toFixed(2)} cores busy`;
    if (facts.hasSchedule) {
      reasons.push(`${busy}, ${cpuCores} is the limit: plan a smaller load.`);
    } else {
      warnings.push(`${busy}: its own work may be part of the times.`);
    }
  }
  return { reasons, warnings };
}
