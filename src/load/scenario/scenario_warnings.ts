/**
 * What makes a scenario say less than its author may think.
 *
 * @module
 */
import type { DriverIssue } from "../driver.ts";
import type { Scenario } from "./scenario.ts";

/** Users without think time from which on the generator may be what is slow. */
const MANY_USERS = 1000;
/** Shortest steady phase for the last percent of a distribution. */
const SHORT_MS = 10_000;

/** Warnings about a scenario that is right. */
export function scenarioWarnings(scenario: Scenario): DriverIssue[] {
  const { load, phases, criteria = [], operations } = scenario;
  const warnings: DriverIssue[] = [];
  if (criteria.length === 0) {
    warnings.push({
      path: ["criteria"],
      message: "is missing, so that whatever is measured will pass",
    });
  }
  if (
    load.model === "closed" && load.users >= MANY_USERS &&
    load.thinkTime === undefined
  ) {
    warnings.push({
      path: ["load", "thinkTime"],
      message:
        `is missing, so that ${load.users} users never pause and may be more than this process can drive`,
    });
  }
  criteria.forEach(({ metric }, index) => {
    if (!/\.p99/.test(metric) || phases.steadyMs >= SHORT_MS) return;
    warnings.push({
      path: ["criteria", index, "metric"],
      message:
        `is ${metric}, of which ${phases.steadyMs} ms of phases.steadyMs say little, take ${SHORT_MS} or more`,
    });
  });
  operations.forEach(({ timeoutMs }, index) => {
    if (timeoutMs === undefined || timeoutMs <= phases.steadyMs) return;
    warnings.push({
      path: ["operations", index, "timeoutMs"],
      message:
        `is ${timeoutMs}, longer than phases.steadyMs, so that nothing can time out while it is measured`,
    });
  });
  return warnings;
}
