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
  written: JsonValue | undefined,
  filled: JsonObject,
  [name, ...rest]: DriverIssue["path"],
): JsonObject {
  if (typeof name !== "string" || !isObject(written)) return filled;
  const [before, now] = [own(written, name), own(filled, name)];
  if (now === undefined) return filled;
  if (rest.length > 0) {
    if (!isObject(now)) return filled;
    const changed = fitted(before, now, rest);
    return changed === now ? filled : { ...filled, [name]: changed };
  }
  if (typeof before !== "string") return filled;
  if (typeof now === "number" || typeof now === "boolean") {
    return { ...filled, [name]: String(now) };
  }
  const number = numberIn(now);
  return number === undefined ? filled : { ...filled, [name]: number };
}

function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return isRecord(value);
}
