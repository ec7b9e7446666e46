/**
 * Checks of criteria against the operations that they are about.
 *
 * @module
 */
import { describeRange, isInRange } from "../../checks/internal.ts";
import type { DriverIssue } from "../driver.ts";
import { isRecord } from "./check_rule.ts";
import { show, unknownName } from "./problems.ts";
import type { Path } from "./rule.ts";
import { checkName } from "./check_name.ts";
import { metricOf, unitOf } from "./metric_rules.ts";
import {
  hasTags,
  type PlacedRow,
  placedSteps,
  rowsOf,
} from "./placed_steps.ts";
import type { Criterion, Scenario } from "./scenario.ts";

/** Returns what is wrong with criteria that are valid on their own. */
export function criterionIssues(
  { criteria = [], operations }: Partial<Scenario>,
): DriverIssue[] {
  const rows = rowsOf(operations ?? []);
  // One with an error may be the one that is meant.
  const areKnown = operations !== undefined && !hasHoles(operations);
  const checks = placedSteps(operations ?? [])
    .flatMap(({ step }) => step.checks ?? []).map(checkName);
  const issues: DriverIssue[] = [];
  criteria.forEach((criterion, index) => {
    const path: Path = ["criteria", index];
    issues.push(...valueIssues(criterion, path));
    if (areKnown) issues.push(...subjectIssues(criterion, rows, checks, path));
  });
  return issues;
}

/** Returns whether an item, at any depth, was left out. */
function hasHoles(value: unknown): boolean {
  if (Array.isArray(value)) {
    return Object.keys(value).length < value.length || value.some(hasHoles);
  }
  return isRecord(value) &&
    [value.steps, value.oneOf, value.checks].some(hasHoles);
}

function subjectIssues(
  { operation, tags = {}, check, metric }: Criterion,
  rows: readonly PlacedRow[],
  checks: readonly string[],
  path: Path,
): DriverIssue[] {
  const issues: DriverIssue[] = [];
  const names = rows.map(({ name }) => name);
  if (operation !== undefined && !names.includes(operation)) {
    issues.push(
      unknownName(
        [...path, "operation"],
        `is ${show(operation)}`,
        operation,
        names,
      ),
    );
  }
  issues.push(...tagIssues(tags, rows, [...path, "tags"]));
  if (check === undefined) return issues;
  if (metric !== "checkRate") {
    issues.push({
      path: [...path, "check"],
      message: `is ${show(check)}, remove it: only checkRate is about checks`,
    });
  } else if (!checks.includes(check)) {
    issues.push(
      unknownName(
        [...path, "check"],
        `is ${show(check)}`,
        check,
        [...new Set(checks)],
      ),
    );
  }
  return issues;
}

function tagIssues(
  tags: NonNullable<Criterion["tags"]>,
  rows: readonly PlacedRow[],
  path: Path,
): DriverIssue[] {
  if (Object.keys(tags).length === 0) return [];
  const known = new Map<string, Set<string>>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row.tags)) {
      known.set(name, (known.get(name) ?? new Set()).add(value));
    }
  }
  const issues = Object.entries(tags).flatMap(([name, value]) => {
    const values = known.get(name);
    if (values === undefined) {
      return [
        unknownName(
          [...path, name],
          "is a tag that no operation has",
          name,
          [...known.keys()],
        ),
      ];
    }
    return values.has(value) ? [] : [
      unknownName(
        [...path, name],
        `is ${show(value)}, which no operation has`,
        value,
        [...values],
      ),
    ];
  });
  if (issues.length > 0 || rows.some((row) => hasTags(row, tags))) {
    return issues;
  }
  return [{
    path,
    message: "are tags that no operation has together, remove one of them",
  }];
}

function valueIssues(
  { metric, value }: Criterion,
  path: Path,
): DriverIssue[] {
  const known = metricOf(metric);
  const isRate = known !== undefined && unitOf(known) === "rate";
  const range = isRate ? { min: 0, max: 1 } : { min: 0 };
  if (isInRange(value, range)) return [];
  const at = [...path, "value"];
  const problem = `is ${value}, it must be ${describeRange(range)}`;
  if (!isRate || value < 0 || value > 100) {
    return [{ path: at, message: problem }];
  }
  const suggestion = `${value}%`;
  return [{
    path: at,
    message: `${problem}, did you mean "${suggestion}"?`,
    suggestion,
  }];
}
