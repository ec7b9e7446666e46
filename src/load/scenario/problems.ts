/**
 * Problems of values in words, with what was meant: pure decisions without I/O.
 *
 * @module
 */
import { closestName } from "../../checks/internal.ts";
import type { DriverIssue } from "../driver.ts";
import type { Path, Problem } from "./rule.ts";

const MAX_SHOWN = 40;

/**
 * Makes an issue of an unknown name: with the name that was probably meant, or
 * with all there are.
 */
export function unknownName(
  path: Path,
  problem: string,
  wrong: string,
  names: readonly string[],
): DriverIssue {
  return { path, ...unknownNameProblem(problem, wrong, names) };
}

/** Does the same for a place that is not known yet. */
export function unknownNameProblem(
  problem: string,
  wrong: string,
  names: readonly string[],
): Problem {
  const suggestion = closestName(wrong, names) ??
    names.find((name) =>
      name.endsWith(`.${wrong}`) || name.endsWith(`/${wrong}`)
    );
  if (suggestion !== undefined) {
    return {
      message: `${problem}, did you mean "${suggestion}"?`,
      suggestion,
    };
  }
  const choice = siblings(wrong, names);
  const advice = choice.length === 0
    ? "there are none"
    : `choose one of ${choice.join(", ")}`;
  return { message: `${problem}, ${advice}` };
}

/** Returns the names in the same group as `latency.p97`, or else all. */
function siblings(wrong: string, names: readonly string[]): readonly string[] {
  const group = wrong.slice(0, wrong.lastIndexOf(".") + 1);
  const same = names.filter((name) => group !== "" && name.startsWith(group));
  return same.length === 0 ? names : same;
}

/** What YAML 1.1 and other formats take for a flag. */
const FLAGS: { readonly [written: string]: boolean } = {
  yes: true,
  on: true,
  true: true,
  no: false,
  off: false,
  false: false,
};

/** Explains why a value is no flag, with the one that was meant. */
export function flagProblem(value: unknown, needed: string): Problem {
  const small = typeof value === "string" ? value.toLowerCase() : "";
  if (!Object.hasOwn(FLAGS, small)) {
    return { message: `is ${show(value)}, it must be ${needed}` };
  }
  const suggestion = String(FLAGS[small]);
  return {
    message: `is ${show(value)}, write ${suggestion} without quotes`,
    suggestion,
  };
}

/** Shows a value in a few words. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "function") return "a function";
  if (typeof value !== "string") return String(value);
  const text = value.length > MAX_SHOWN
    ? `${value.slice(0, MAX_SHOWN)}…`
    : value;
  return JSON.stringify(text);
}
