/**
 * What a step captures from its outcome: pure decisions without I/O.
 *
 * @module
 */
import type { JsonValue } from "../../codec/mod.ts";
import type { OperationOutcome } from "../driver.ts";
import { CheckError } from "../load_errors.ts";
import type { Step } from "../scenario/scenario.ts";
import { MAX_SEARCHED } from "../scenario/safe_pattern.ts";
import { fieldOf } from "./checks.ts";

/**
 * Captures values of an outcome by name; returns what is wrong with it, or
 * `undefined` if all was there.
 */
export type Capturer = (
  outcome: OperationOutcome,
  captured: Map<string, JsonValue>,
) => CheckError | undefined;

/** Compiles all captures of a step into one function. */
export function compileCaptures(
  capture: NonNullable<Step["capture"]>,
): Capturer | undefined {
  const all = Object.entries(capture).map(([name, from]) => {
    const { field, pattern } = typeof from === "string"
      ? { field: from, pattern: undefined }
      : { field: from.field, pattern: new RegExp(from.pattern) };
    return { name, field, path: field.split("."), pattern };
  });
  if (all.length === 0) return undefined;
  return (outcome, captured) => {
    for (const { name, field, path, pattern } of all) {
      const found = fieldOf(outcome, path);
      if (!isValue(found)) {
        return new CheckError(`${field} is missing, ${name} is taken from it`);
      }
      if (pattern === undefined) {
        captured.set(name, found);
        continue;
      }
      const whole = typeof found === "string" ? found : JSON.stringify(found);
      const text = whole.slice(0, MAX_SEARCHED);
      const group = pattern.exec(text)?.slice(1)
        .find((part) => part !== undefined);
      if (group === undefined) {
        return new CheckError(
          `${field} has no match of ${pattern}${
            text.length < whole.length
              ? ` in its first ${MAX_SEARCHED} characters`
              : ""
          }, ${name} is taken from it`,
        );
      }
      captured.set(name, group);
    }
    return undefined;
  };
}

/** Whatever an outcome has is JSON. */
function isValue(found: unknown): found is NonNullable<JsonValue> {
  return found !== undefined && found !== null;
}
