/**
 * Checks of the stages of a load, and of what refers to them.
 *
 * @module
 */
import type { DriverIssue } from "../driver.ts";
import { show, unknownName } from "./problems.ts";
import { MAX_MS } from "./rule.ts";
import { rowsOf } from "./placed_steps.ts";
import type { Scenario } from "./scenario.ts";

/**
 * The most figures, one of each operation in each stage: each takes some 100 kB
 * at most.
 */
const MAX_FIGURES = 1000;

/** Returns what is wrong with stages that are valid on their own. */
export function stageIssues(
  { load, operations = [] }: Partial<Scenario>,
): DriverIssue[] {
  const { stages } = load ?? {};
  if (stages === undefined) return [];
  const path = ["load", "stages"];
  const issues: DriverIssue[] = [];
  const firsts = new Map<string, number>();
  stages.forEach(({ name }, index) => {
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, index);
    else {
      issues.push({
        path: [...path, index, "name"],
        message: `is ${
          show(name)
        }, the same as that of load.stages[${first}], choose another`,
      });
    }
  });
  if (stages.every(({ warmUp }) => warmUp)) {
    issues.push({
      path,
      message: "has only stages with warmUp, remove it from those that count",
    });
  }
  const levels = stages.map((stage) =>
    "users" in stage ? stage.users : stage.arrivalsPerSecond
  );
  if (levels.every((level) => level === 0)) {
    const field = load?.model === "closed" ? "users" : "arrivalsPerSecond";
    issues.push({
      path,
      message: `plans no load, one stage must have ${field} above 0`,
    });
  }
  const lastsMs = stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (lastsMs > MAX_MS) {
    issues.push({
      path,
      message: `lasts ${lastsMs} ms in all, it must be at most ${MAX_MS}`,
    });
  }
  const figures = stages.length * rowsOf(operations).length;
  if (figures > MAX_FIGURES) {
    issues.push({
      path,
      message:
        `has ${stages.length} stages, which with all operations and steps are ${figures} figures, they must be at most ${MAX_FIGURES}`,
    });
  }
  return issues;
}

/** Returns what is wrong with the stages that criteria name. */
export function criterionStageIssues(
  { load, criteria = [] }: Partial<Scenario>,
): DriverIssue[] {
  // One with an error may be the one that is meant.
  if (load === undefined) return [];
  const names = load.stages?.map(({ name }) => name);
  return criteria.flatMap(({ stage }, index): DriverIssue[] => {
    if (stage === undefined || names?.includes(stage)) return [];
    const path = ["criteria", index, "stage"];
    const problem = `is ${show(stage)}`;
    return names === undefined
      ? [{
        path,
        message: `${problem}, and the load has no stages, remove it`,
      }]
      : [unknownName(path, problem, stage, names)];
  });
}
