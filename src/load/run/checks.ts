/**
 * Checks of outcomes: pure decisions without I/O.
 *
 * @module
 */
import { CheckError } from "../load_errors.ts";
import type { OperationOutcome } from "../driver.ts";
import type { Check } from "../scenario/scenario.ts";
import type { CheckCount } from "./operation_recorder.ts";

/**
 * Returns what is wrong with an outcome, or `undefined` if it passes. With
 * counts, each check is counted, also after one that does not hold.
 */
export type Checker = (
  outcome: OperationOutcome,
  counts?: readonly (readonly CheckCount[])[],
) => CheckError | undefined;

/** Compiles all checks of an operation into one function. */
export function compileChecks(checks: readonly Check[]): Checker | undefined {
  if (checks.length === 0) return undefined;
  const compiled = checks.map((check) => ({
    check,
    path: check.field.split("."),
  }));
  return (outcome, counts = []) => {
    let wrong: CheckError | undefined;
    for (let index = 0; index < compiled.length; index++) {
      const one = compiled[index];
      if (one === undefined) continue;
      const actual = fieldOf(outcome, one.path);
      if (passes(one.check, actual)) {
        for (const of of counts) addTo(of[index], "held");
        continue;
      }
      wrong ??= new CheckError(explain(one.check, actual, outcome));
      if (counts.length === 0) return wrong;
      for (const of of counts) addTo(of[index], "broken");
    }
    return wrong;
  };
}

function addTo(count: CheckCount | undefined, what: "held" | "broken"): void {
  if (count !== undefined) count[what]++;
}

/** Returns the field of an outcome at a path. */
export function fieldOf(
  outcome: OperationOutcome,
  path: readonly string[],
): unknown {
  let value: unknown = outcome;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function passes({ is, value }: Check, actual: unknown): boolean {
  switch (is) {
    case "equal":
      return isEqual(actual, value);
    case "not_equal":
      return !isEqual(actual, value);
    case "below":
      return typeof actual === "number" && typeof value === "number" &&
        actual < value;
    case "above":
      return typeof actual === "number" && typeof value === "number" &&
        actual > value;
    case "contains":
      if (typeof actual === "string") {
        return typeof value === "string" && actual.includes(value);
      }
      return Array.isArray(actual) &&
        actual.some((item) => isEqual(item, value));
    case "present":
      return actual !== undefined && actual !== null;
    default:
      return is satisfies never;
  }
}

/** Returns whether two JSON values are equal, whatever the order of keys. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) =>
      Object.hasOwn(b, key) && isEqual(Reflect.get(a, key), Reflect.get(b, key))
    );
}

/** Kept short, as many different messages may be counted. */
function explain(
  check: Check,
  actual: unknown,
  outcome: OperationOutcome,
): string {
  const found = actual === undefined
    ? `missing${whyMissing(check, outcome)}`
    : shorten(actual);
  return `${check.field} is ${found}, expected ${expected(check)}`;
}

/** Explains why a response that came has no body that can be checked. */
function whyMissing(
  { field }: Check,
  { body, type, receivedBytes = 0 }: OperationOutcome,
): string {
  if (!/^body(\.|$)/.test(field) || body !== undefined) return "";
  if (receivedBytes === 0) return "";
  return type === undefined
    ? " (what came is neither text nor JSON)"
    : ` (the type ${shorten(type)} of the response is neither text nor JSON)`;
}

function expected({ is, value }: Check): string {
  switch (is) {
    case "equal":
      return shorten(value);
    case "not_equal":
      return `anything but ${shorten(value)}`;
    case "below":
    case "above":
      return `a number ${is} ${shorten(value)}`;
    case "contains":
      return `it to contain ${shorten(value)}`;
    case "present":
      return "a value";
    default:
      return is satisfies never;
  }
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
