/**
 * What the parts of a scenario have to do with each other.
 *
 * @module
 */
import { type Path, show, unknownName } from "./check_rule.ts";
import type { DriverIssue, DriverMap } from "../driver.ts";
import type { Check, Criterion, Scenario } from "./scenario.ts";

/** Drivers that stand in an entry of their own, with what makes them. */
const APART: { readonly [driver: string]: string } = {
  terminal: "terminalDriver() of @troupe/troupe/load/terminal",
};

/** All that is wrong with parts that are right on their own. */
export function crossCheck(
  scenario: Partial<Scenario>,
  drivers: DriverMap | undefined,
): DriverIssue[] {
  return [
    ...thinkTimeIssues(scenario),
    ...operationIssues(scenario, drivers),
    ...criterionIssues(scenario),
  ];
}

function thinkTimeIssues({ load }: Partial<Scenario>): DriverIssue[] {
  const thinkTime = load?.model === "closed" ? load.thinkTime : undefined;
  if (thinkTime?.distribution !== "uniform") return [];
  const { minMs, maxMs } = thinkTime;
  return minMs <= maxMs ? [] : [{
    path: ["load", "thinkTime", "maxMs"],
    message: `is ${maxMs}, it must be at least minMs, which is ${minMs}`,
  }];
}

function operationIssues(
  { operations = [] }: Partial<Scenario>,
  drivers: DriverMap | undefined,
): DriverIssue[] {
  const issues: DriverIssue[] = [];
  const firsts = new Map<string, number>();
  operations.forEach(({ name, driver, request, checks = [] }, index) => {
    const path: Path = ["operations", index];
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, index);
    else {
      issues.push({
        path: [...path, "name"],
        message: `is ${show(name)}, as operations[${first}] is, take another`,
      });
    }
    checks.forEach((check, number) => {
      const issue = checkIssue(check, [...path, "checks", number]);
      if (issue !== undefined) issues.push(issue);
    });
    if (drivers === undefined) return;
    const known = Object.hasOwn(drivers, driver) ? drivers[driver] : undefined;
    if (known === undefined) {
      issues.push(unknownDriver([...path, "driver"], driver, drivers));
      return;
    }
    for (const issue of known.validate(request)) {
      issues.push({ ...issue, path: [...path, "request", ...issue.path] });
    }
  });
  return issues;
}

function unknownDriver(
  path: Path,
  driver: string,
  drivers: DriverMap,
): DriverIssue {
  const problem = `is ${show(driver)}`;
  const maker = Object.hasOwn(APART, driver) ? APART[driver] : undefined;
  return maker === undefined
    ? unknownName(path, problem, driver, Object.keys(drivers))
    : { path, message: `${problem}, add ${maker} to the drivers` };
}

function checkIssue(
  { is, value }: Check,
  path: Path,
): DriverIssue | undefined {
  if (is === "present") {
    return value === undefined ? undefined : {
      path: [...path, "value"],
      message: `is ${show(value)}, none is needed beside "present"`,
    };
  }
  if (value === undefined) {
    return {
      path: [...path, "value"],
      message: `is missing, something to compare with is needed`,
    };
  }
  if ((is === "below" || is === "above") && typeof value !== "number") {
    return {
      path: [...path, "value"],
      message: `is ${show(value)}, a number is needed beside "${is}"`,
    };
  }
  return undefined;
}

function criterionIssues(
  { criteria = [], operations }: Partial<Scenario>,
): DriverIssue[] {
  const issues: DriverIssue[] = [];
  criteria.forEach((criterion, index) => {
    const path: Path = ["criteria", index];
    const { operation } = criterion;
    const names = operations?.map(({ name }) => name);
    if (operation !== undefined && names?.includes(operation) === false) {
      issues.push(
        unknownName(
          [...path, "operation"],
          `is ${show(operation)}`,
          operation,
          names,
        ),
      );
    }
    const issue = valueIssue(criterion, [...path, "value"]);
    if (issue !== undefined) issues.push(issue);
  });
  return issues;
}

function valueIssue(
  { metric, value }: Criterion,
  path: Path,
): DriverIssue | undefined {
  const most = metric.endsWith("Rate") ? 1 : Infinity;
  if (value >= 0 && value <= most) return undefined;
  const range = most === 1 ? "from 0 to 1" : "from 0 up";
  return { path, message: `is ${value}, a number ${range} is needed` };
}
