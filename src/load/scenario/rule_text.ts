/**
 * What a rule requires, in words: pure decisions without I/O.
 *
 * @module
 */
import { describeRange } from "../../checks/internal.ts";
import type { Rule } from "./rule.ts";

/** Describes what a rule requires, in words that follow "it must be". */
export function describe(rule: Rule): string {
  switch (rule.kind) {
    case "text":
      return rule.minLength === undefined
        ? "a string"
        : "a string that is not empty";
    case "number": {
      const { max = Infinity, ...rest } = rule.range;
      // The greatest safe integer is no limit that anybody has in mind.
      const isLimited = max < Number.MAX_SAFE_INTEGER;
      const words = describeRange(isLimited ? rule.range : rest);
      return words.startsWith("a ") ? words : `a number ${words}`;
    }
    case "flag":
      return "true or false";
    case "choice":
      return rule.of.length === 1
        ? `"${rule.of[0]}"`
        : `one of ${rule.of.join(", ")}`;
    case "json":
      return "a JSON value";
    case "list":
      return "a list";
    case "map":
    case "object":
    case "variant":
    case "shape":
      return "an object";
    case "either":
      return `${describe(rule.plain)} or an object`;
    default:
      return rule satisfies never;
  }
}
