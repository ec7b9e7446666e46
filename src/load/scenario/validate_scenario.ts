/**
 * Validation of scenarios.
 *
 * @module
 */
import { checkRule, isHarmless, isRecord } from "./check_rule.ts";
import type { DriverIssue, DriverMap } from "../driver.ts";
import { type Mask, maskOf } from "./environment.ts";
import type { Scenario } from "./scenario.ts";
import { crossCheck } from "./scenario_checks.ts";
import { formatPath, type ScenarioIssue } from "./scenario_error.ts";
import { readQuantities } from "./read_quantities.ts";
import type { Rule } from "./rule.ts";
import { scenarioRuleOf } from "./scenario_schema.ts";
import { scenarioWarnings } from "./scenario_warnings.ts";

/** The parts that references refer to. */
const SOURCES = ["feeders", "target", "env"];

/** The result of {@linkcode validateScenario}. */
export interface ScenarioValidation {
  /**
   * The value as a scenario, if it is valid: with numbers in place of times and
   * rates such as `10s` and `1%`.
   */
  readonly scenario?: Scenario;
  /** All problems that must be fixed. */
  readonly errors: readonly ScenarioIssue[];
  /** What may not be as intended; empty if there are errors. */
  readonly warnings: readonly ScenarioIssue[];
}

/**
 * Validates data of any origin as a scenario. With drivers, the names of
 * drivers and the requests are validated as well.
 *
 * @example
 * ```ts
 * import { validateScenario } from "@troupe/troupe/load";
 *
 * const { errors } = validateScenario({
 *   name: "chat",
 *   load: { model: "closed", user: 10 },
 *   phases: { steadyMs: 10_000 },
 *   operations: [{ name: "send", driver: "tcp", request: {} }],
 * });
 * console.assert(
 *   errors[1]?.message ===
 *     'load.user is not a known field, did you mean "users"?',
 * );
 * ```
 */
export function validateScenario(
  value: unknown,
  drivers?: DriverMap,
): ScenarioValidation {
  const rule = scenarioRuleOf(value);
  return validate(rule, readQuantities(rule, value), drivers);
}

function validate(
  rule: Rule,
  value: unknown,
  drivers: DriverMap | undefined,
): ScenarioValidation {
  const found = checkRule(rule, value);
  const errors = [...found];
  const unsound = found.filter((issue) => !isHarmless(issue));
  const wrong = new Set(unsound.map(({ path: [part] }) => part));
  const valid = validParts(value, unsound);
  if (isPartial(valid)) {
    const areAllKnown = SOURCES.every((part) => !wrong.has(part));
    errors.push(...crossCheck(valid, drivers, areAllKnown));
  }
  const toIssue = issueMaker(maskOf(isPartial(valid) ? valid : {}));
  if (errors.length > 0 || !isScenario(value, errors)) {
    return { errors: errors.map(toIssue), warnings: [] };
  }
  const warnings = scenarioWarnings(value).map(toIssue);
  return { scenario: value, errors: [], warnings };
}

/**
 * Returns the parts without errors: the others are not checked again. An item
 * with an error leaves a hole in its list, so that the others keep their places.
 */
function validParts(value: unknown, unsound: readonly DriverIssue[]): unknown {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([part, content]) => {
      const issues = unsound.filter(({ path }) => path[0] === part);
      if (issues.length === 0) return [[part, content]];
      if (
        !Array.isArray(content) || issues.some(({ path }) => path.length < 2)
      ) {
        return [];
      }
      return [[part, withHoles(content, issues.map(({ path }) => path))]];
    }),
  );
}

/**
 * Returns a list without the items at these paths; of a flow without the steps,
 * however deep they are in it.
 */
function withHoles(
  content: readonly unknown[],
  paths: readonly DriverIssue["path"][],
): unknown[] {
  let items: readonly unknown[] = content;
  for (const [, index, ...rest] of paths) {
    items = withHole(items, Number(index), rest);
  }
  return items.slice();
}

function withHole(
  items: readonly unknown[],
  index: number,
  [field, inner, ...rest]: DriverIssue["path"],
): unknown[] {
  // What was left out before stays so.
  const changed = items.slice();
  const item = items[index];
  const list = field === "steps" || field === "oneOf" ? field : undefined;
  const within = isRecord(item) && list !== undefined ? item[list] : undefined;
  if (
    !isRecord(item) || list === undefined || typeof inner !== "number" ||
    !Array.isArray(within)
  ) {
    delete changed[index];
  } else {
    changed[index] = { ...item, [list]: withHole(within, inner, rest) };
  }
  return changed;
}

/** Narrows the type by what {@linkcode validParts} has left. */
function isPartial(valid: unknown): valid is Partial<Scenario> {
  return valid !== undefined;
}

/** Narrows the type by what the rules have found. */
function isScenario(
  _value: unknown,
  errors: readonly DriverIssue[],
): _value is Scenario {
  return errors.length === 0;
}

/** Returns what makes issues, without what must not be shown. */
function issueMaker(mask: Mask): (issue: DriverIssue) => ScenarioIssue {
  return ({ path, message, suggestion }) => {
    const sentence = `${formatPath(path) || "the scenario"} ${mask(message)}`;
    return {
      path,
      message: sentence,
      ...(suggestion === undefined ? {} : { suggestion }),
    };
  };
}
