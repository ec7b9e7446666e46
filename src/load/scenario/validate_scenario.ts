/**
 * Validation of scenarios.
 *
 * @module
 */
import { checkRepaired } from "./repaired_check.ts";
import type { DriverIssue, DriverMap } from "../driver.ts";
import { type Mask, maskOf } from "./environment.ts";
import type { Scenario } from "./scenario.ts";
import { crossCheck } from "./scenario_checks.ts";
import { formatPath, type ScenarioIssue } from "./scenario_error.ts";
import { scenarioRuleOf } from "./scenario_schema.ts";
import { validParts } from "./valid_parts.ts";
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
 *   errors[0]?.message ===
 *     'load.user is not a known field, did you mean "users"?',
 * );
 * ```
 */
export function validateScenario(
  value: unknown,
  drivers?: DriverMap,
): ScenarioValidation {
  const { issues, repaired, unsound, original } = checkRepaired(
    scenarioRuleOf,
    value,
  );
  const errors = [...issues];
  const wrong = new Set(unsound.map(({ path: [part] }) => part));
  const valid = validParts(repaired, unsound);
  if (isPartial(valid)) {
    const areAllKnown = SOURCES.every((part) =>
      !wrong.has(part) || (part !== "env" && Object.hasOwn(valid, part))
    );
    const crossed = crossCheck(valid, drivers, areAllKnown);
    errors.push(
      ...crossed.map((issue) => ({ ...issue, path: original(issue.path) })),
    );
  }
  const toIssue = issueMaker(maskOf(isPartial(valid) ? valid : {}));
  if (errors.length > 0 || !isScenario(repaired, errors)) {
    return { errors: errors.map(toIssue), warnings: [] };
  }
  const warnings = scenarioWarnings(repaired).map(toIssue);
  return { scenario: repaired, errors: [], warnings };
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
