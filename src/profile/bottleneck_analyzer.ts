/**
 * Names what holds a service back, from measurements alone.
 *
 * @module
 */
import { type Facts, readFacts } from "./bottleneck_facts.ts";
import { findErrors, findUsers } from "./bottleneck_load_rules.ts";
import type {
  BottleneckFinding,
  BottleneckMeasurements,
  BottleneckReport,
  PerformanceTargets,
  TargetComparison,
} from "./bottleneck_report.ts";
import {
  evidenceOf,
  findCpu,
  findDownstream,
  findEventLoop,
  findQueues,
  findStage,
} from "./bottleneck_rules.ts";
import { checkTargets, compareTargets } from "./bottleneck_targets.ts";

/**
 * Compares measurements of a service with what it is to reach. Every number
 * in its reports is measured or computed from measurements; the law it is
 * computed by stands beside it.
 *
 * @example
 * ```ts
 * import { BottleneckAnalyzer } from "@troupe/troupe/profile";
 *
 * const analyzer = new BottleneckAnalyzer({ latencyP99Ms: 50 });
 * const report = analyzer.analyze({
 *   stages: [
 *     { name: "parse", latency: { mean: 2 } },
 *     { name: "query", latency: { mean: 38 } },
 *   ],
 * });
 * console.assert(report.findings[0]?.name === "query");
 * console.assert(report.findings[0]?.gain?.latencyFactor?.toFixed(0) === "20");
 * ```
 */
export class BottleneckAnalyzer {
  readonly #targets: PerformanceTargets;

  /**
   * An analyzer for these targets.
   *
   * @throws {TypeError} when there is no target, or one that is not known.
   * @throws {RangeError} when a target is no number of 0 or more.
   */
  constructor(targets: PerformanceTargets) {
    checkTargets(targets);
    this.#targets = targets;
  }

  /**
   * Looks for what holds the service back.
   *
   * @throws {RangeError} when `availableCores` is below 0.01.
   */
  analyze(measurements: BottleneckMeasurements): BottleneckReport {
    const { load, availableCores = 1 } = measurements;
    if (!(availableCores >= 0.01 && availableCores < Infinity)) {
      throw new RangeError(
        `Cannot analyze: availableCores is ${availableCores}, it must be 0.01 or more`,
      );
    }
    const targets = compareTargets(this.#targets, load?.steady);
    const facts = readFacts(measurements);
    return {
      ...conclude(
        targets,
        findGenerator(measurements),
        () => findAll(facts, measurements, this.#targets),
      ),
      targets,
      evidence: evidenceOf(
        ["operations ended", facts.rate, "1/s"],
        ["mean latency", facts.meanMs, "ms"],
        ["concurrency by Little's law", facts.concurrency, "operations"],
        ["users at the peak", facts.users, "users"],
        ["processor", facts.cpuCores, "cores"],
        ["event-loop delay p99", facts.loopDelayP99Ms, "ms"],
      ),
    };
  }
}

function conclude(
  targets: readonly TargetComparison[],
  generator: readonly BottleneckFinding[],
  findAll: () => BottleneckFinding[],
): Pick<BottleneckReport, "verdict" | "summary" | "findings"> {
  if (generator.length > 0) {
    const summary =
      "The generator was the bottleneck: its numbers say nothing of the service.";
    return { verdict: "generator", summary, findings: generator };
  }
  if (targets.every(({ holds }) => holds === true)) {
    const summary = "No bottleneck was found: every target holds.";
    return { verdict: "none", summary, findings: [] };
  }
  const findings = findAll();
  const [first] = findings;
  if (first !== undefined) {
    return { verdict: "found", summary: first.message, findings };
  }
  const broken = targets.filter(({ holds }) => holds === false)
    .map(({ target }) => target);
  const summary = broken.length === 0
    ? "Targets were not measured, and nothing else stands out."
    : `${
      broken.join(", ")
    } does not hold, and no measurement says why: give snapshots, stages or queues of the service.`;
  return { verdict: "unknown", summary, findings };
}

function findGenerator(
  { load }: BottleneckMeasurements,
): BottleneckFinding[] {
  if (load === undefined || load.generator.healthy) return [];
  const { reasons, cpuCores, lag, eventLoopDelay } = load.generator;
  return [{
    resource: "generator",
    name: "generator",
    message: reasons.join(" ") || "The generator could not drive the load.",
    severity: "critical",
    evidence: evidenceOf(
      ["processor", cpuCores, "cores"],
      ["lag p99", lag.p99, "ms"],
      ["event-loop delay p99", eventLoopDelay.p99, "ms"],
    ),
    effort: null,
    gain: null,
  }];
}

const SEVERITIES = ["critical", "high", "medium", "low"];

function findAll(
  facts: Facts,
  measurements: BottleneckMeasurements,
  targets: PerformanceTargets,
): BottleneckFinding[] {
  const queues = findQueues(facts);
  const stage = findStage(facts, measurements);
  // Causes before what they cause: a busy processor fills queues, and makes
  // every stage slow. A stage tells more than that something is waited for.
  const findings = [
    ...findCpu(facts, measurements),
    ...findEventLoop(facts),
    ...queues,
    ...stage,
    ...(queues.length + stage.length === 0 ? findDownstream(facts) : []),
    ...findErrors(measurements, targets),
    ...findUsers(measurements, targets),
  ];
  const first = ({ resource, severity }: BottleneckFinding) =>
    // Times of what mostly fails, or is not asked for, say little.
    severity === "critical" && (resource === "errors" || resource === "users")
      ? -1
      : SEVERITIES.indexOf(severity);
  return findings.sort((a, b) => first(a) - first(b));
}
