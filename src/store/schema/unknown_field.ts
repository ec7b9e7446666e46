/**
 * What is said of fields that there are not, however many and long their names
 * are: strangers choose them.
 *
 * @module
 */
import { closestName } from "../../checks/internal.ts";
import type { InvalidIssue } from "../errors.ts";

/** The longest name that is compared with those that there are. */
const MAX_COMPARED = 100;
/** Characters of a name that an error shows. */
const MAX_SHOWN = 60;
/** Names that an error shows. */
const MAX_ISSUES = 20;

/** Returns the name that was probably meant, if the wrong one is a short one. */
export function meantName(
  wrong: string,
  names: readonly string[],
): string | undefined {
  return wrong.length > MAX_COMPARED ? undefined : closestName(wrong, names);
}

/** Returns a name as errors show it. */
export function shownName(name: string): string {
  return name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name;
}

/**
 * Returns what is wrong with fields that there are not.
 *
 * @param unknown Their names.
 * @param names Those that there are.
 * @param options `of`: what lacks them, such as `"tasks has"`; `valueOf`: how a
 * value is shown.
 */
export function unknownFieldIssues(
  unknown: readonly string[],
  names: readonly string[],
  { of, valueOf }: {
    readonly of: string;
    readonly valueOf: (name: string) => string;
  },
): InvalidIssue[] {
  const issues = unknown.slice(0, MAX_ISSUES).map((name) => {
    const meant = meantName(name, names);
    return {
      path: shownName(name),
      value: valueOf(name),
      needed: meant === undefined
        ? `left out, as ${of} no such field`
        : `left out, as ${of} no such field (did you mean ${meant}?)`,
    };
  });
  const more = unknown.length - issues.length;
  if (more > 0) {
    issues.push({
      path: "",
      value: `an object with ${more} more such fields`,
      needed: "one without them",
    });
  }
  return issues;
}
