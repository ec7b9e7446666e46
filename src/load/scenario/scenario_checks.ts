/**
 * Checks of relations between the parts of a scenario.
 *
 * @module
 */
import { describeRange, isInRange } from "../../checks/internal.ts";
import { type Path, show, unknownName } from "./check_rule.ts";
import type { DriverIssue, DriverMap, OperationOutcome } from "../driver.ts";
import { variableIssues } from "./environment.ts";
import { filledIssues } from "./filled_requests.ts";
import { feederIssues, referenceIssues } from "./scenario_references.ts";
import type { Check, Criterion, Scenario } from "./scenario.ts";

/** Drivers that have an entry point of their own, with what makes them. */
const SEPARATE: { readonly [driver: string]: string } = {
  terminal: "terminalDriver() of @troupe/troupe/load/terminal",
};

/**
 * Returns what is wrong with parts that are valid on their own. References are
 * left out if not `areAllKnown`: what they refer to may exist, but be wrong.
 */
export function crossCheck(
  scenario: Partial<Scenario>,
  drivers: DriverMap | undefined,
  areAllKnown: boolean,
): DriverIssue[] {
  const sources = [...variableIssues(scenario), ...feederIssues(scenario)];
  const references = areAllKnown ? referenceIssues(scenario) : [];
  // What refers to nothing cannot be filled in, and is an issue of its own.
  const canFill = areAllKnown && sources.length + references.length === 0;
  return [
    ...thinkTimeIssues(scenario),
    ...operationIssues(scenario, drivers, canFill),
    ...criterionIssues(scenario),
    ...sources,
    ...references,
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
  scenario: Partial<Scenario>,
  drivers: DriverMap | undefined,
  canFill: boolean,
): DriverIssue[] {
  const { operations = [] } = scenario;
  const issues: DriverIssue[] = [];
  const firsts = new Map<string, number>();
  operations.forEach(({ name, driver, request, checks = [] }, index) => {
    const path: Path = ["operations", index];
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, index);
    else {
      issues.push({
        path: [...path, "name"],
        message: `is ${
          show(name)
        }, the same as that of operations[${first}], choose another`,
      });
    }
    checks.forEach((check, number) => {
      const place = [...path, "checks", number];
      const found = [fieldIssue(check, place), checkIssue(check, place)];
      issues.push(...found.filter((issue) => issue !== undefined));
    });
    if (drivers === undefined) return;
    const known = Object.hasOwn(drivers, driver) ? drivers[driver] : undefined;
    if (known === undefined) {
      issues.push(unknownDriver([...path, "driver"], driver, drivers));
      return;
    }
    let found = known.validate(request);
    if (found.length === 0 && canFill) {
      found = filledIssues(request, known, scenario);
    }
    for (const issue of found) {
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
  const maker = Object.hasOwn(SEPARATE, driver) ? SEPARATE[driver] : undefined;
  return maker === undefined
    ? unknownName(path, problem, driver, Object.keys(drivers))
    : { path, message: `${problem}, add ${maker} to the drivers` };
}

/** The fields of an outcome that a check can read. */
const OUTCOME_FIELDS: Readonly<Record<keyof OperationOutcome, true>> = {
  status: true,
  type: true,
  body: true,
  sentBytes: true,
  receivedBytes: true,
  latencyMs: true,
};

/** Only the body has fields of its own. */
function fieldIssue({ field }: Check, path: Path): DriverIssue | undefined {
  const names = Object.keys(OUTCOME_FIELDS);
  const [name = "", inner] = field.split(".");
  const problem = `is ${show(field)}`;
  const at = [...path, "field"];
  if (!names.includes(name)) return unknownName(at, problem, name, names);
  if (name === "body" || inner === undefined) return undefined;
  return {
    path: at,
    message: `${problem}, write "${name}": only body has fields`,
  };
}

function checkIssue(
  { is, value }: Check,
  path: Path,
): DriverIssue | undefined {
  if (is === "present") {
    return value === undefined ? undefined : {
      path: [...path, "value"],
      message: `is ${show(value)}, remove it: "present" takes no value`,
    };
  }
  if (value === undefined) {
    return {
      path: [...path, "value"],
      message: `is missing, it must be the value to compare with`,
    };
  }
  if ((is === "below" || is === "above") && typeof value !== "number") {
    return {
      path: [...path, "value"],
      message: `is ${show(value)}, it must be a number for "${is}"`,
    };
  }
  return undefined;
}

function criterionIssues(
  { criteria = [], operations }: Partial<Scenario>,
): DriverIssue[] {
  const issues: DriverIssue[] = [];
  const names = operations?.flatMap(({ name }) => name) ?? [];
  // One with an error may be the one that is meant.
  const areKnown = names.length === operations?.length;
  criteria.forEach((criterion, index) => {
    const path: Path = ["criteria", index];
    const { operation } = criterion;
    if (
      areKnown && operation !== undefined && !names.includes(operation)
    ) {
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
  const range = metric.endsWith("Rate") ? { min: 0, max: 1 } : { min: 0 };
  if (isInRange(value, range)) return undefined;
  return { path, message: `is ${value}, it must be ${describeRange(range)}` };
}
