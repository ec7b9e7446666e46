/**
 * Checks data as if its misspelt fields were spelt well, so that each mistake is
 * reported once, and what is in such a field is checked as well.
 *
 * @module
 */
import { closestName } from "../../checks/internal.ts";
import type { DriverIssue } from "../driver.ts";
import {
  type CheckOptions,
  checkRule,
  isHarmless,
  isRecord,
} from "./check_rule.ts";
import type { Path } from "./rule.ts";
import { readQuantities } from "./read_quantities.ts";
import type { Rule } from "./rule.ts";

/** More misspelt fields, one in the other, are not followed. */
const MAX_ROUNDS = 8;

/** A field that was renamed, beside others of a value at a path. */
interface Renamed {
  readonly parent: Path;
  readonly from: string;
  readonly to: string;
}

/** What is wrong with data, and the data with misspelt fields renamed. */
export interface RepairedCheck {
  /** Everything that is wrong, at its place in the data as it was given. */
  readonly issues: readonly DriverIssue[];
  readonly repaired: unknown;
  /** What is wrong with the repaired data, but for fields that are not known. */
  readonly unsound: readonly DriverIssue[];
  /** Returns the place in the given data of a place in the repaired one. */
  original(path: Path): Path;
}

/**
 * Checks data against a rule, with misspelt fields as they were meant.
 *
 * @param ruleOf Returns the rule, which may depend on fields.
 */
export function checkRepaired(
  ruleOf: (value: unknown) => Rule,
  given: unknown,
  options: CheckOptions = {},
): RepairedCheck {
  const renamed: Renamed[] = [];
  const unknown: DriverIssue[] = [];
  const original = (path: Path): Path =>
    renamed.reduceRight((path, one) => before(path, one), path);
  const check = (value: unknown) => {
    const rule = ruleOf(value);
    // In a field that was misspelt there may be quantities as well.
    repaired = readQuantities(rule, value);
    return checkRule(rule, repaired, options);
  };
  let repaired = given;
  let found = check(repaired);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const count = renamed.length;
    for (const issue of found.filter(isHarmless)) {
      const { path, suggestion } = issue;
      const [from] = path.slice(-1);
      if (suggestion === undefined || typeof from !== "string") continue;
      // What other tools call it may have other values there.
      if (closestName(from, [suggestion]) !== suggestion) continue;
      const parent = path.slice(0, -1);
      const changed = rename(repaired, parent, from, suggestion);
      if (changed === undefined) continue;
      // Its place is found before it has another name.
      unknown.push({ ...issue, path: original(path) });
      repaired = changed;
      renamed.push({ parent, from, to: suggestion });
    }
    if (renamed.length === count) break;
    found = check(repaired);
  }
  const places = new Set(unknown.map(({ path }) => JSON.stringify(path)));
  const rest = found
    .map((issue) => ({ ...issue, path: original(issue.path) }))
    // What was meant may belong somewhere else, as is said already.
    .filter((issue) =>
      !(isHarmless(issue) && places.has(JSON.stringify(issue.path)))
    );
  return {
    issues: unknown.reduce(insert, rest),
    repaired,
    unsound: found.filter((issue) => !isHarmless(issue)),
    original,
  };
}

/** Inserts a misspelt field before what is wrong in it, or else at the end. */
function insert(
  issues: readonly DriverIssue[],
  one: DriverIssue,
): DriverIssue[] {
  const at = issues.findIndex(({ path }) =>
    one.path.every((part, index) => path[index] === part)
  );
  return issues.toSpliced(at < 0 ? issues.length : at, 0, one);
}

/** Returns a path before a field of it was renamed. */
function before(path: Path, { parent, from, to }: Renamed): Path {
  const at = parent.length;
  return path[at] === to && parent.every((part, index) => path[index] === part)
    ? [...parent, from, ...path.slice(at + 1)]
    : path;
}

/**
 * Returns a value with a field of what is at a path renamed; `undefined` if there
 * is one of that name already.
 */
function rename(
  value: unknown,
  [first, ...rest]: Path,
  from: string,
  to: string,
): unknown {
  if (first === undefined) {
    if (!isRecord(value) || Object.hasOwn(value, to)) return undefined;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name === from ? to : name,
        item,
      ]),
    );
  }
  if (Array.isArray(value)) {
    const changed = rename(value[Number(first)], rest, from, to);
    return changed === undefined
      ? undefined
      : value.with(Number(first), changed);
  }
  if (!isRecord(value)) return undefined;
  const changed = rename(value[first], rest, from, to);
  return changed === undefined ? undefined : { ...value, [first]: changed };
}
