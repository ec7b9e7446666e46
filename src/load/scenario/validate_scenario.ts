/**
 * Whether data is a scenario, and what is wrong if it is none.
 *
 * @module
 */
import { checkRule, isRecord } from "./check_rule.ts";
import type { DriverIssue, DriverMap } from "../driver.ts";
import type { Scenario } from "./scenario.ts";
import { crossCheck } from "./scenario_checks.ts";
import { formatPath, type ScenarioIssue } from "./scenario_error.ts";
import { referenceIssues } from "./scenario_references.ts";
import { scenarioRule } from "./scenario_schema.ts";
import { scenarioWarnings } from "./scenario_warnings.ts";

/** What came of {@linkcode validateScenario}. */
export interface ScenarioValidation {
  /** The value, if nothing is wrong with it. */
  readonly scenario?: Scenario;
  /** All that must be put right. */
  readonly errors: readonly ScenarioIssue[];
  /** What may be meant otherwise; only if there are no errors. */
  readonly warnings: readonly ScenarioIssue[];
}

/**
 * Compares data of any origin with what a scenario must be. With drivers,
 * the names of drivers and the requests are compared as well.
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
 *   errors[1]?.message === 'load.user is not known, did you mean "users"?',
 * );
 * ```
 */
export function validateScenario(
  value: unknown,
  drivers?: DriverMap,
): ScenarioValidation {
  const found = checkRule(scenarioRule, value);
  const errors = [...found];
  const wrong = new Set(found.map(({ path: [part] }) => part));
  const sound = soundParts(value, wrong);
  if (isSound(sound)) {
    errors.push(...crossCheck(sound, drivers));
    // Or what is referred to may be there, and wrong.
    if (!wrong.has("feeders") && !wrong.has("target")) {
      errors.push(...referenceIssues(sound));
    }
  }
  if (errors.length > 0 || !isScenario(value, errors)) {
    return { errors: errors.map(toIssue), warnings: [] };
  }
  const warnings = scenarioWarnings(value).map(toIssue);
  return { scenario: value, errors: [], warnings };
}

/** The parts in which nothing is wrong: the others are not looked at again. */
function soundParts(value: unknown, wrong: ReadonlySet<unknown>): unknown {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter(([part]) => !wrong.has(part)),
  );
}

/** By what {@linkcode soundParts} has left. */
function isSound(sound: unknown): sound is Partial<Scenario> {
  return sound !== undefined;
}

/** By what the rules have found. */
function isScenario(
  _value: unknown,
  errors: readonly DriverIssue[],
): _value is Scenario {
  return errors.length === 0;
}

function toIssue({ path, message, suggestion }: DriverIssue): ScenarioIssue {
  const sentence = `${formatPath(path) || "the scenario"} ${message}`;
  return {
    path,
    message: sentence,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}
