/**
 * Checks of relations between the parts of a scenario.
 *
 * @module
 */
import { closestName } from "../../checks/internal.ts";
import { show, unknownName } from "./problems.ts";
import { numberMeant } from "./quantity.ts";
import type { Path } from "./rule.ts";
import { criterionIssues } from "./criterion_checks.ts";
import type { DriverIssue, DriverMap, OperationOutcome } from "../driver.ts";
import { variableIssues } from "./environment.ts";
import { filledIssues } from "./filled_requests.ts";
import {
  allSteps,
  capturesOf,
  mostOf,
  placeOf,
  requestOf,
  rowsOf,
} from "./placed_steps.ts";
import { formatPath } from "./scenario_error.ts";
import {
  feederIssues,
  knownIn,
  referenceIssues,
} from "./scenario_references.ts";
import type { Check, Flow, Operation, Scenario, Step } from "./scenario.ts";
import { BUILT_IN } from "./sources.ts";
import { criterionStageIssues, stageIssues } from "./stage_checks.ts";

/** Drivers that have an entry point of their own, with what makes them. */
const SEPARATE: { readonly [driver: string]: string } = {
  terminal: "terminalDriver() of @troupe/troupe/load/terminal",
};

/** What else drivers are called. */
const OTHER_NAMES: { readonly [name: string]: string } = {
  https: "http",
  http1: "http",
  http2: "http",
  fetch: "http",
  rest: "http",
  ws: "websocket",
  wss: "websocket",
  "web-socket": "websocket",
  "socket.io": "websocket",
  eventsource: "sse",
  "server-sent-events": "sse",
  socket: "tcp",
  shell: "terminal",
  pty: "terminal",
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
  return [
    ...defaultIssues(scenario, drivers),
    ...otherIssues(withKnownDefaults(scenario, drivers), drivers, areAllKnown),
  ];
}

/** Returns a scenario whose defaults are those of the drivers that were meant. */
function withKnownDefaults(
  scenario: Partial<Scenario>,
  drivers: DriverMap = {},
): Partial<Scenario> {
  const { defaults } = scenario;
  if (defaults === undefined) return scenario;
  const names = Object.keys(drivers);
  const meantBy = (name: string): string => {
    const meant = names.includes(name) ? name : closestName(name, names);
    return meant === undefined || Object.hasOwn(defaults, meant) ? name : meant;
  };
  return {
    ...scenario,
    defaults: Object.fromEntries(
      Object.entries(defaults).map(([name, request]) => [
        meantBy(name),
        request,
      ]),
    ),
  };
}

function otherIssues(
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
    ...stageIssues(scenario),
    ...criterionIssues(scenario),
    ...criterionStageIssues(scenario),
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
  const known = canFill ? knownIn(scenario) : undefined;
  const issues = [...nameIssues(operations), ...lengthIssues(operations)];
  for (const placed of allSteps(scenario)) {
    const { step, path, captured } = placed;
    const { driver, checks = [], capture = {} } = step;
    checks.forEach((check, number) => {
      const place = [...path, "checks", number];
      const found = [fieldIssue(check, place), checkIssue(check, place)];
      issues.push(...found.filter((issue) => issue !== undefined));
    });
    for (const [name, from] of Object.entries(capture)) {
      const before = capturedBefore(scenario, path[0], name);
      if (before !== undefined) {
        issues.push({
          path: [...path, "capture", name],
          message: `is captured by the ${before}, choose another name`,
        });
      }
      issues.push(...captureIssues(name, from, [...path, "capture", name]));
    }
    if (drivers === undefined) continue;
    let meant = driver;
    if (!Object.hasOwn(drivers, driver)) {
      const issue = unknownDriver([...path, "driver"], driver, drivers);
      issues.push(issue);
      if (issue.suggestion === undefined) continue;
      // The request is for the one that was meant.
      meant = issue.suggestion;
    }
    const one = drivers[meant];
    if (one === undefined) continue;
    const fixed = { ...placed, step: { ...step, driver: meant } };
    const request = requestOf(fixed.step, scenario);
    let found = one.validate(request);
    if (found.length === 0 && known !== undefined) {
      found = filledIssues(request, one, { ...known, captured });
    }
    for (const issue of found) {
      issues.push({ ...issue, path: placeOf(fixed, scenario, issue.path) });
    }
  }
  // What is wrong in the defaults is so for each operation.
  const seen = new Set<string>();
  return issues.filter(({ path, message }) => {
    const key = JSON.stringify([path, message]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Returns the setup that has captured a name before a part of the scenario. */
function capturedBefore(
  { setup, userSetup }: Partial<Scenario>,
  part: string | number | undefined,
  name: string,
): "setup" | "userSetup" | undefined {
  if (part === "setup") return undefined;
  if (capturesOf(setup)?.includes(name)) return "setup";
  if (part === "userSetup" || part === "teardown") return undefined;
  return capturesOf(userSetup)?.includes(name) ? "userSetup" : undefined;
}

/** Figures have names of their own, of operations, flows, groups and steps. */
function nameIssues(
  operations: readonly (Operation | Flow)[],
): DriverIssue[] {
  const firsts = new Map<string, string>();
  return rowsOf(operations).flatMap(({ name, own, path }) => {
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, formatPath(path));
      return [];
    }
    return [{
      path: [...path, "name"],
      message: `is ${show(own)}, the same as that of ${first}, choose another`,
    }];
  });
}

/** The most steps of one iteration: they are planned when it begins. */
const MAX_STEPS = 10_000;

function lengthIssues(
  operations: readonly (Operation | Flow)[],
): DriverIssue[] {
  return operations.flatMap((operation, index) => {
    const steps = mostOf(operation, () => 1);
    return steps <= MAX_STEPS ? [] : [{
      path: ["operations", index, "steps"],
      message:
        `has ${steps} steps with all repeats, it must be at most ${MAX_STEPS}`,
    }];
  });
}

function captureIssues(
  name: string,
  from: NonNullable<Step["capture"]>[string],
  path: Path,
): DriverIssue[] {
  if (!/^[\w-]+$/.test(name) || BUILT_IN.includes(name)) {
    return [{
      path,
      message: BUILT_IN.includes(name)
        ? "is the name of a built-in value, choose another"
        : "is no name, choose one of letters, digits, _ and -",
    }];
  }
  const field = typeof from === "string" ? from : from.field;
  const at = typeof from === "string" ? path : [...path, "field"];
  const issue = outcomeFieldIssue(field, at);
  if (issue !== undefined) return [issue];
  if (typeof from === "string") return [];
  return new RegExp(`${from.pattern}|`).exec("")?.length === 1
    ? [{
      path: [...path, "pattern"],
      message: `has no group, put what is captured in parentheses`,
    }]
    : [];
}

function defaultIssues(
  { defaults = {} }: Partial<Scenario>,
  drivers: DriverMap | undefined,
): DriverIssue[] {
  if (drivers === undefined) return [];
  return Object.keys(defaults).filter((name) => !Object.hasOwn(drivers, name))
    .map((name) =>
      unknownName(
        ["defaults", name],
        "is the name of no driver",
        name,
        Object.keys(drivers),
      )
    );
}

function unknownDriver(
  path: Path,
  driver: string,
  drivers: DriverMap,
): DriverIssue {
  const problem = `is ${show(driver)}`;
  const other = Object.hasOwn(OTHER_NAMES, driver)
    ? OTHER_NAMES[driver]
    : undefined;
  if (other !== undefined && Object.hasOwn(drivers, other)) {
    return unknownName(path, problem, other, Object.keys(drivers));
  }
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
  headers: true,
  cookies: true,
  sentBytes: true,
  receivedBytes: true,
  latencyMs: true,
  connectMs: true,
  tlsMs: true,
  firstByteMs: true,
  restMs: true,
};

/** What of an outcome has fields of its own. */
const WITH_FIELDS = ["body", "headers", "cookies"];

function fieldIssue({ field }: Check, path: Path): DriverIssue | undefined {
  return outcomeFieldIssue(field, [...path, "field"]);
}

function outcomeFieldIssue(
  field: string,
  path: Path,
): DriverIssue | undefined {
  const names = Object.keys(OUTCOME_FIELDS);
  const [name = "", inner] = field.split(".");
  const problem = `is ${show(field)}`;
  if (!names.includes(name)) return unknownName(path, problem, name, names);
  if (name === "headers" && field !== field.toLowerCase()) {
    const suggestion = field.toLowerCase();
    return {
      path,
      message: `${problem}, did you mean "${suggestion}"?`,
      suggestion,
    };
  }
  if (WITH_FIELDS.includes(name) || inner === undefined) return undefined;
  return {
    path,
    message:
      `${problem}, write "${name}": only body, headers and cookies have fields`,
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
    const meant = typeof value === "string" ? numberMeant(value) : undefined;
    const did = meant === undefined ? "" : `; did you mean ${meant}?`;
    return {
      path: [...path, "value"],
      message: `is ${show(value)}, it must be a number for "${is}"${did}`,
      ...meant === undefined ? {} : { suggestion: meant },
    };
  }
  return undefined;
}
