/**
 * Compares targets with what was measured.
 *
 * @module
 */
import { checkNumber, checkObject, checkOneOf } from "../checks/internal.ts";
import type {
  BottleneckMeasurements,
  PerformanceTargets,
  TargetComparison,
} from "./bottleneck_report.ts";
import { finite } from "./queueing.ts";

type Steady = NonNullable<BottleneckMeasurements["load"]>["steady"];

/** Reads the measured value of each target. */
const ACTUAL: Readonly<
  Record<keyof PerformanceTargets, (steady: Steady) => number | null>
> = {
  throughputPerSecond: ({ throughput }) => throughput,
  latencyMeanMs: ({ latency }) => latency.mean,
  latencyP50Ms: ({ latency }) => latency.p50,
  latencyP95Ms: ({ latency }) => latency.p95,
  latencyP99Ms: ({ latency }) => latency.p99,
  errorRate: ({ errorRate }) => errorRate,
  dropRate: dropRateOf,
};

/** Returns the share of planned operations that were dropped, from 0 to 1. */
export function dropRateOf({ accounting }: Steady): number | null {
  const { planned, dropped } = accounting;
  return planned > 0 ? finite(dropped / planned) : null;
}

/** Compares each given target with the measured value. */
export function compareTargets(
  targets: PerformanceTargets,
  steady: Steady | undefined,
): TargetComparison[] {
  const names = Object.keys(ACTUAL) as (keyof PerformanceTargets)[];
  return names.flatMap((target) => {
    const limit = targets[target];
    if (limit === undefined) return [];
    const actual = steady === undefined ? null : finite(ACTUAL[target](steady));
    return [{ target, limit, actual, holds: compare(target, limit, actual) }];
  });
}

function compare(
  target: keyof PerformanceTargets,
  limit: number,
  actual: number | null,
): boolean | null {
  if (actual === null) return null;
  return target === "throughputPerSecond" ? actual >= limit : actual <= limit;
}

/**
 * Checks the names and values of targets.
 *
 * @throws {TypeError} if there is none, or one that is unknown or not a number.
 * @throws {RangeError} if one is below 0, infinite or `NaN`.
 */
export function checkTargets(targets: PerformanceTargets): void {
  checkObject("targets", targets, "an object such as { latencyP99Ms: 50 }");
  const given = Object.entries(targets)
    .filter(([, limit]) => limit !== undefined);
  const names = Object.keys(ACTUAL);
  if (given.length === 0) {
    throw new TypeError(
      `Cannot use targets: there are none, set one of ${names.join(", ")}`,
    );
  }
  for (const [name, limit] of given) {
    checkOneOf("the name of a target", name, names);
    checkNumber(name, limit, { min: 0, finite: true });
  }
}
