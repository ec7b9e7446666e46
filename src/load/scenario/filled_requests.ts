/**
 * Checks of requests with the first values filled in, before a run.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../codec/mod.ts";
import type { Driver, DriverIssue } from "../driver.ts";
import { isRecord } from "./check_rule.ts";
import { valueOfVariable } from "./environment.ts";
import type { Known } from "./sources.ts";
import { compileRequest, numberIn, type Values } from "./substitution.ts";

/**
 * Returns what a driver refuses of a request once the first records of feeders
 * and other values are filled in. What the target will print is not known yet,
 * unless there are outputs, and stays as it is written.
 */
export function filledIssues(
  request: JsonObject,
  driver: Driver,
  known: Known,
  outputs?: { readonly [name: string]: string },
): readonly DriverIssue[] {
  const template = compileRequest(request, known, {
    outputs,
    variable: valueOfVariable,
  });
  const filled = template.constant ?? template.fill(firstValues(known));
  const issues = driver.validate(filled);
  if (issues.length === 0) return [];
  const fitting = issues.reduce(
    (changed, { path }) => fitted(request, changed, path),
    filled,
  );
  return fitting === filled ? issues : driver.validate(fitting);
}

/** Values of the first iteration of the first user. */
function firstValues({ feeders }: Known): Values {
  return {
    user: 0,
    iteration: 0,
    uuid: "00000000-0000-4000-8000-000000000000",
    random: () => 0,
    now: Date.now,
    record: (feeder) => feeders.get(feeder)?.[0] ?? {},
    // Not known yet, like an output of the target.
    captured: (name) => `\${${name}}`,
  };
}

/**
 * Returns the request with another value at a path if it was filled in there:
 * drivers take a number as text where they need text, and the other way round.
 */
function fitted(
  written: JsonObject,
  filled: JsonObject,
  path: DriverIssue["path"],
): JsonObject {
  const changed = fittedValue(written, filled, path);
  return isObject(changed) ? changed : filled;
}

function fittedValue(
  written: JsonValue | undefined,
  filled: JsonValue,
  [name, ...rest]: DriverIssue["path"],
): JsonValue {
  if (name === undefined) {
    if (typeof written !== "string") return filled;
    return typeof filled === "number" || typeof filled === "boolean"
      ? String(filled)
      : numberIn(filled) ?? filled;
  }
  const now = own(filled, name);
  if (now === undefined) return filled;
  const changed = fittedValue(own(written, name), now, rest);
  if (changed === now) return filled;
  if (isList(filled)) return filled.with(Number(name), changed);
  return isObject(filled) ? { ...filled, [name]: changed } : filled;
}

function own(
  value: JsonValue | undefined,
  name: string | number,
): JsonValue | undefined {
  if (isList(value)) return value[Number(name)];
  return isObject(value) && Object.hasOwn(value, name)
    ? value[name]
    : undefined;
}

function isList(
  value: JsonValue | undefined,
): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return isRecord(value);
}
