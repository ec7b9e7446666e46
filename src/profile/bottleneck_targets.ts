/**
 * Targets beside what was measured.
 *
 * @module
 */
import type {
  BottleneckMeasurements,
  PerformanceTargets,
  TargetComparison,
} from "./bottleneck_report.ts";
import { finite } from "./queueing.ts";

type Steady = NonNullable<BottleneckMeasurements["load"]>["steady"];

/** Where each target is measured. */
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

/** Of what was planned, from 0 to 1; `null` if nothing was. */
export function dropRateOf({ accounting }: Steady): number | null {
  const { planned, dropped } = accounting;
  return planned > 0 ? finite(dropped / planned) : null;
}

/** Whether each target that is given holds. */
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
 * Checks targets once.
 *
 * @throws {TypeError} when there is none, or one that is not known.
 * @throws {RangeError} when one is no number of 0 or more.
 */
export function checkTargets(targets: PerformanceTargets): void {
  const given = Object.entries(targets)
    .filter(([, limit]) => limit !== undefined);
  if (given.length === 0) {
    throw new TypeError(
      `Cannot use targets: there is none, give one of ${
        Object.keys(ACTUAL).join(", ")
      }`,
    );
  }
  for (const [name, limit] of given) {
    if (!Object.hasOwn(ACTUAL, name)) {
      throw new TypeError(
        `Cannot use targets: ${name} is not known, give one of ${
          Object.keys(ACTUAL).join(", ")
        }`,
      );
    }
    if (!(limit >= 0 && limit < Infinity)) {
      throw new RangeError(
        `Cannot use targets: ${name} is ${limit}, it must be 0 or more`,
      );
    }
  }
}
