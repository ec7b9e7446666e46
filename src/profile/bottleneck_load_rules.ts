/**
 * Rules about the load test itself: failures and users.
 *
 * @module
 */
import type {
  BottleneckFinding,
  BottleneckMeasurements,
  PerformanceTargets,
} from "./bottleneck_report.ts";
import { evidenceOf } from "./bottleneck_rules.ts";
import { dropRateOf } from "./bottleneck_targets.ts";
import { amdahlFactor, concurrencyOf, effortOf, finite } from "./queueing.ts";

/** Failures above this share are reported if there is no target. */
const FEW_ERRORS = 0.01;

/** Finds failing operations. */
export function findErrors(
  { load }: BottleneckMeasurements,
  { errorRate: limit = FEW_ERRORS }: PerformanceTargets,
): BottleneckFinding[] {
  const rate = finite(load?.steady.errorRate);
  if (load === undefined || rate === null || rate <= limit) return [];
  const { errors, accounting } = load.steady;
  const [first] = errors;
  return [{
    resource: "errors",
    name: "errors",
    message: `${(rate * 100).toPrecision(2)} % of the operations fail${
      first === undefined ? "" : `, most often with: ${first.message}`
    }.`,
    severity: rate >= 0.5
      ? "critical"
      : rate >= 0.1
      ? "high"
      : rate >= FEW_ERRORS
      ? "medium"
      : "low",
    evidence: evidenceOf(
      ["error rate", rate, "share"],
      ["failed", accounting.failed, "operations"],
      ["timed out", accounting.timedOut, "operations"],
      ["started", accounting.started, "operations"],
    ),
    effort: effortOf(errors.map(({ count }) => count), "errors"),
    gain: {
      change: "If the failing operations succeeded",
      throughputFactor: amdahlFactor(rate),
      latencyFactor: null,
      by: "the same number of operations in the same time",
    },
  }];
}

/**
 * Finds arrivals that were dropped because all users were busy: the service is
 * slow, or there are too few users even at the target latency, which is
 * critical.
 */
export function findUsers(
  { load }: BottleneckMeasurements,
  targets: PerformanceTargets,
): BottleneckFinding[] {
  if (load === undefined) return [];
  const { steady, scenario } = load;
  const dropRate = dropRateOf(steady);
  if (scenario.load.model !== "open" || !dropRate) return [];
  const { maxUsers, stages = [] } = scenario.load;
  const arrivalsPerSecond = scenario.load.arrivalsPerSecond ??
    Math.max(0, ...stages.map((stage) => stage.arrivalsPerSecond));
  const targetMs = targets.latencyMeanMs ?? targets.latencyP50Ms ?? null;
  const needed = targetMs === null
    ? null
    : finite(concurrencyOf(arrivalsPerSecond, targetMs));
  const tooFew = needed !== null && needed > maxUsers;
  const meanMs = finite(steady.serviceTime.mean);
  return [{
    resource: "users",
    name: "users",
    message: tooFew
      ? `${maxUsers} users cannot drive the load: at the target latency, ${
        needed.toPrecision(3)
      } are busy at the same time.`
      : `${
        (dropRate * 100).toPrecision(2)
      } % of the arrivals were dropped because all ${maxUsers} users were busy.`,
    severity: tooFew ? "critical" : dropRate >= 0.1 ? "medium" : "low",
    evidence: evidenceOf(
      ["drop rate", dropRate, "share"],
      ["maximum users", maxUsers, "users"],
      ["busy users at the target latency, by Little's law", needed, "users"],
      [
        "busy users at the measured service time, by Little's law",
        meanMs === null ? null : concurrencyOf(arrivalsPerSecond, meanMs),
        "users",
      ],
    ),
    effort: null,
    gain: {
      change: "If no arrival were dropped",
      throughputFactor: amdahlFactor(dropRate),
      latencyFactor: null,
      by: "the share that was dropped, if the service can handle it",
    },
  }];
}
