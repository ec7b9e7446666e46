/**
 * Warnings about scenarios whose results may say less than expected.
 *
 * @module
 */
import type { DriverIssue } from "../driver.ts";
import { duration } from "../report/numbers.ts";
import { placedSteps } from "./placed_steps.ts";
import { metricOf } from "./metric_rules.ts";
import { mostUsers } from "./load_level.ts";
import { recordsOf } from "./feeder_records.ts";
import { hasReference } from "./reference.ts";
import type { Scenario } from "./scenario.ts";

/**
 * From this many users without think time on, the generator may be too slow.
 */
const MANY_USERS = 1000;
/** The shortest steady phase for the 99th percentile, in milliseconds. */
const SHORT_MS = 10_000;

/** Returns warnings about a valid scenario. */
export function scenarioWarnings(scenario: Scenario): DriverIssue[] {
  const { load, phases = {}, criteria = [], operations } = scenario;
  const users = mostUsers(load);
  const { stages } = load;
  const warnings: DriverIssue[] = [];
  if (criteria.length === 0) {
    warnings.push({
      path: ["criteria"],
      message: "is missing, so a run passes however long its operations take",
    });
  }
  if (
    load.model === "closed" && users >= MANY_USERS &&
    load.thinkTime === undefined && !operations.every(waitsForEvents)
  ) {
    warnings.push({
      path: ["load", "thinkTime"],
      message:
        `is missing, and ${users} users who never pause may be more than this process can drive`,
    });
  }
  warnings.push(...feederWarnings(scenario));
  const lasts = (name: string | undefined) =>
    stages === undefined
      ? phases.steadyMs ?? 0
      : stages.reduce((sum, stage) => {
        const counts = name === undefined ? !stage.warmUp : stage.name === name;
        return counts ? sum + stage.durationMs : sum;
      }, 0);
  const lengthText = (name: string | undefined) =>
    stages === undefined
      ? `a phases.steadyMs of ${duration(phases.steadyMs ?? 0)}`
      : name === undefined
      ? `${duration(lasts(name))} of all stages that count`
      : `a durationMs of ${duration(lasts(name))}`;
  criteria.forEach(({ metric, stage }, index) => {
    if (!/\.p99/.test(metric) || lasts(stage) >= SHORT_MS) return;
    warnings.push({
      path: ["criteria", index, "metric"],
      message: `is ${metric}, for which ${
        lengthText(stage)
      } is too short, use at least ${duration(SHORT_MS)}`,
    });
  });
  criteria.forEach(({ metric, is }, index) => {
    const known = metricOf(metric);
    const isUpper = is === "below" || is === "at_most";
    if (known?.kind !== "percentile" || known.fraction >= 0.5 || !isUpper) {
      return;
    }
    warnings.push({
      path: ["criteria", index, "metric"],
      message:
        `is ${metric}, which most operations may exceed: a percentile from 50 on is probably meant`,
    });
  });
  for (
    const { step: { timeoutMs, checks = [] }, path } of placedSteps(operations)
  ) {
    checks.forEach((check, number) => {
      const value = "value" in check ? check.value : undefined;
      if (typeof value !== "string" || !hasReference(value)) return;
      warnings.push({
        path: [...path, "checks", number, "value"],
        message: `is ${
          JSON.stringify(value)
        }, which is compared as it is written, only requests are filled in`,
      });
    });
    if (timeoutMs === undefined || timeoutMs <= lasts(undefined)) continue;
    warnings.push({
      path: [...path, "timeoutMs"],
      message: `is ${timeoutMs}, longer than ${
        stages === undefined ? "phases.steadyMs" : "all stages that count"
      }, so nothing can time out in ${
        stages === undefined ? "the steady phase" : "them"
      }`,
    });
  }
  return warnings;
}

/** Warns of records that are too few for one of each user's own. */
function feederWarnings({ feeders = {}, load }: Scenario): DriverIssue[] {
  const users = mostUsers(load);
  return Object.entries(feeders).flatMap(([name, feeder]) => {
    const { per, order = "in_turn" } = feeder;
    const count = recordsOf(feeder).length;
    if (per !== "user" || order === "random" || count >= users) return [];
    return [{
      path: ["feeders", name],
      message: `has ${count} records for ${users} users: ${
        order === "once"
          ? `operations of those from number ${count} on fail`
          : "several users share one"
      }`,
    }];
  });
}

/** Returns whether an operation waits for what the service sends by itself. */
function waitsForEvents(operation: Scenario["operations"][number]): boolean {
  return "request" in operation && operation.request.sentAt !== undefined;
}
