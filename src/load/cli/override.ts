/**
 * Overrides of a scenario by the command line.
 *
 * @module
 */
import type { DriverMap } from "../driver.ts";
import type { JsonValue } from "../../codec/mod.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { formatPath, ScenarioError } from "../scenario/scenario_error.ts";
import { validateScenario } from "../scenario/validate_scenario.ts";

/** One override. */
export interface Override {
  /** The flag that asked for it. */
  readonly flag: string;
  /** The path to the value: names of fields and indexes of items. */
  readonly path: readonly string[];
  readonly value: JsonValue;
}

/**
 * Applies overrides to a scenario, in order.
 *
 * @throws {ScenarioError} if the scenario is not valid any more.
 */
export function override(
  scenario: Scenario,
  overrides: readonly Override[],
  drivers: DriverMap,
): Scenario {
  let changed: JsonValue = JSON.parse(JSON.stringify(scenario));
  for (const { flag, path, value } of overrides) {
    changed = put(changed, path, value, { flag, done: [] });
  }
  const { scenario: valid, errors } = validateScenario(changed, drivers);
  if (valid !== undefined) return valid;
  const flags = overrides.map(({ flag }) => flag).join(" ");
  const by = flags === "" ? "" : ` (changed by ${flags})`;
  throw new ScenarioError(
    errors.map((issue) => ({ ...issue, message: `${issue.message}${by}` })),
  );
}

interface Place {
  readonly flag: string;
  readonly done: readonly string[];
}

function put(
  into: JsonValue | undefined,
  [key, ...rest]: readonly string[],
  value: JsonValue,
  place: Place,
): JsonValue {
  if (key === undefined) return value;
  const next = { ...place, done: [...place.done, key] };
  if (isList(into)) {
    const index = Number(key);
    if (!(Number.isInteger(index) && index >= 0 && index < into.length)) {
      const message = into.length === 0
        ? "has no items"
        : `has the items 0 to ${into.length - 1}`;
      throw refusal(place, `${message}, but not ${JSON.stringify(key)}`);
    }
    return into.map((item, at) =>
      at === index ? put(item, rest, value, next) : item
    );
  }
  if (into !== undefined && (typeof into !== "object" || into === null)) {
    throw refusal(place, `is ${JSON.stringify(into)}, which has no fields`);
  }
  const fields = into ?? {};
  return { ...fields, [key]: put(own(fields, key), rest, value, next) };
}

function own(
  fields: { readonly [key: string]: JsonValue },
  key: string,
): JsonValue | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function refusal({ flag, done }: Place, what: string): ScenarioError {
  const message = `${formatPath(done)} ${what} (changed by ${flag})`;
  return new ScenarioError([{ path: done, message }]);
}
