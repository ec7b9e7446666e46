/**
 * Finds what limits a service, from measurements alone.
 *
 * @module
 */
import { checkNumber, checkObject } from "../checks/internal.ts";
import { type Facts, readFacts, steadyOf } from "./bottleneck_facts.ts";
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
import { findStore, STORE_RESOURCES } from "./bottleneck_store_rules.ts";
import { readStoreFacts } from "./store_facts.ts";
import { checkTargets, compareTargets } from "./bottleneck_targets.ts";

/**
 * Compares measurements of a service with its targets, and finds what limits
 * it. Every number in its reports is measured, or computed from measurements by
 * a law that the report names.
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
   * Creates an analyzer for these targets.
   *
   * @throws {TypeError} if there is no target, or one that is unknown or not a
   * number.
   * @throws {RangeError} if a target is below 0, infinite or `NaN`.
   */
  constructor(targets: PerformanceTargets) {
    checkTargets(targets);
    this.#targets = targets;
  }

  /**
   * Analyzes the measurements, and reports what limits the service.
   *
   * @throws {TypeError} if `availableCores` is not a number.
   * @throws {RangeError} if `availableCores` is below 0.01 or not finite.
   */
  analyze(measurements: BottleneckMeasurements): BottleneckReport {
    checkObject("measurements", measurements, "an object, such as { load }");
    const { load, availableCores = 1 } = measurements;
    checkNumber("availableCores", availableCores, { min: 0.01, finite: true });
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
        ["peak users", facts.users, "users"],
        ["CPU", facts.cpuCores, "cores"],
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
      "The load generator was the bottleneck: its numbers say nothing about the service.";
    return { verdict: "generator", summary, findings: generator };
  }
  if (targets.every(({ holds }) => holds === true)) {
    const summary = "No bottleneck was found: every target is met.";
    return { verdict: "none", summary, findings: [] };
  }
  const findings = findAll();
  const [first] = findings;
  if (first !== undefined) {
    return { verdict: "found", summary: first.message, findings };
  }
  const missed = targets.filter(({ holds }) => holds === false)
    .map(({ target }) => target);
  const summary = missed.length === 0
    ? "The targets were not measured, and nothing else stands out."
    : `${
      missed.join(", ")
    } is missed, and no measurement shows why: add snapshots, stages or queues of the service.`;
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
    message: reasons.join(" ") ||
      "The load generator could not drive the load.",
    severity: "critical",
    evidence: evidenceOf(
      ["CPU", cpuCores, "cores"],
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
  const store = findStore(
    readStoreFacts(steadyOf(measurements, measurements.store ?? [])),
    facts,
    measurements.slowQueries,
  );
  // Causes before their effects: a busy CPU fills queues and slows down every
  // stage. A stage says more than that the service waits for something.
  const findings = [
    ...store,
    ...findCpu(facts, measurements),
    ...findEventLoop(facts),
    ...queues,
    ...stage,
    ...(queues.length + stage.length + store.length === 0
      ? findDownstream(facts)
      : []),
    ...findErrors(measurements, targets),
    ...findUsers(measurements, targets),
  ];
  const first = ({ resource, severity }: BottleneckFinding) => {
    // Times mean little if most operations fail, or are not even started.
    if (
      severity === "critical" && (resource === "errors" || resource === "users")
    ) return -2;
    // A part of a store that is busy says more than that the CPU is.
    return STORE_RESOURCES.has(resource) ? -1 : SEVERITIES.indexOf(severity);
  };
  return findings.sort((a, b) => first(a) - first(b));
}
