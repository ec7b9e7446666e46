/**
 * What references can refer to: pure decisions without I/O.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../codec/mod.ts";
import { isRecord } from "./check_rule.ts";
import { unknownNameProblem } from "./problems.ts";
import type { Reference } from "./reference.ts";
import type { Problem } from "./rule.ts";

/** Where a value comes from. */
export type Source =
  | {
    readonly kind: "record";
    readonly feeder: string;
    readonly path: readonly string[];
  }
  | { readonly kind: "target"; readonly name: string }
  | { readonly kind: "env"; readonly name: string }
  /** What an earlier step has captured. */
  | { readonly kind: "captured"; readonly name: string }
  | { readonly kind: "random_int"; readonly min: number; readonly max: number }
  | { readonly kind: "user_number" | "iteration" | "uuid" | "now" };

/** What there is in a scenario. */
export interface Known {
  /** The records of feeders, by name. */
  readonly feeders: ReadonlyMap<string, readonly JsonObject[]>;
  /** The groups of the pattern of the target, if there is one. */
  readonly groups: readonly string[] | undefined;
  /** The variables of the environment that are declared. */
  readonly env: readonly string[];
  /** What earlier steps capture; anything may be if it is not known. */
  readonly captured: readonly string[] | undefined;
}

/** The values without a dot. */
const PLAIN = ["iteration", "uuid", "now"] as const;

/** Names that no feeder can have. */
export const BUILT_IN: readonly string[] = [
  ...["target", "env", "user", "random"],
  ...PLAIN,
];

const RANDOM_INT = "random.int(1,100)";
const USER_NUMBER = "user.number";

/** Returns what a reference refers to, or what is wrong with it. */
export function sourceOf(reference: Reference, known: Known): Source | Problem {
  const { written, name, path, limits, problem } = reference;
  if (problem !== undefined && /^\$\{\s*random\b.*\}$/.test(written)) {
    return meantProblem(`has ${written}`, RANDOM_INT);
  }
  if (problem !== undefined) {
    return {
      message:
        `has ${written}, ${problem}: write $\${ for a $\{ that is sent as it is`,
    };
  }
  const has = `has ${written}`;
  if (limits !== undefined || name === "random") {
    return randomOf(reference, has);
  }
  if (path.length === 0) return plainOf(reference, known, has);
  const [first = ""] = path;
  const whole = path.join(".");
  switch (name) {
    case "user":
      return whole === "number"
        ? { kind: "user_number" }
        : meantProblem(has, USER_NUMBER);
    case "env":
      return known.env.includes(whole)
        ? { kind: "env", name: whole }
        : known.env.length === 0
        ? { message: `${has}, which env does not declare: add env: [${first}]` }
        : unknownNameProblem(
          `${has}, which env does not declare`,
          whole,
          known.env,
        );
    case "target":
      if (known.groups === undefined) {
        return { message: `${has}, and there is no target, add one` };
      }
      return known.groups.includes(whole)
        ? { kind: "target", name: whole }
        : unknownNameProblem(
          `${has}, which is not a group of target.readyPattern`,
          whole,
          known.groups,
        );
  }
  const records = known.feeders.get(name);
  if (records !== undefined) return recordOf(reference, records, has);
  const names = [...known.feeders.keys(), "user", "random", "env"];
  if (known.groups !== undefined) names.push("target");
  return unknownNameProblem(`${has}, which refers to no feeder`, name, names);
}

function randomOf(
  { name, path: [what], limits }: Reference,
  has: string,
): Source | Problem {
  if (name !== "random" || what !== "int" || limits === undefined) {
    return meantProblem(has, RANDOM_INT);
  }
  const [min, max] = limits;
  if (!limits.every(Number.isSafeInteger) || min > max) {
    return {
      message:
        `${has}, it must have two whole numbers, of which the first is not the greater one`,
    };
  }
  return { kind: "random_int", min, max };
}

function plainOf(
  { name, written }: Reference,
  { feeders, captured }: Known,
  has: string,
): Source | Problem {
  const plain = PLAIN.find((one) => one === name);
  if (plain !== undefined) return { kind: plain };
  if (captured === undefined || captured.includes(name)) {
    return { kind: "captured", name };
  }
  const [record = {}] = feeders.get(name) ?? [];
  const [field] = Object.keys(record);
  const meant = name === "user"
    ? USER_NUMBER
    : field === undefined
    ? undefined
    : `${name}.${field}`;
  if (meant !== undefined) return meantProblem(has, meant);
  const problem = `${has}, which refers to nothing`;
  const unknown = unknownNameProblem(problem, name, [
    ...captured,
    ...PLAIN,
  ]);
  return unknown.suggestion !== undefined ? unknown : {
    message: `${unknown.message}, or write $${written} to send it as it is`,
  };
}

/** Makes a problem of which there is one way out. */
function meantProblem(has: string, suggestion: string): Problem {
  return {
    message: `${has}, which refers to nothing, did you mean "${suggestion}"?`,
    suggestion,
  };
}

function recordOf(
  { name, path }: Reference,
  records: readonly JsonObject[],
  has: string,
): Source | Problem {
  const without = records.findIndex((record) => !hasPath(record, path));
  if (without < 0) return { kind: "record", feeder: name, path };
  return unknownNameProblem(
    `${has}, which feeders.${name}.records[${without}] does not have`,
    path.join("."),
    Object.keys(records[without] ?? {}),
  );
}

function hasPath(value: JsonValue, path: readonly string[]): boolean {
  return valueAt(value, path) !== undefined;
}

/** Returns the value at a path, or `undefined` if it does not exist. */
export function valueAt(
  value: JsonValue | undefined,
  path: readonly string[],
): JsonValue | undefined {
  let at: unknown = value;
  for (const part of path) {
    if (Array.isArray(at)) at = at[Number(part)];
    else if (isRecord(at) && Object.hasOwn(at, part)) at = at[part];
    else return undefined;
  }
  return isJson(at) ? at : undefined;
}

/** What is in JSON is JSON. */
function isJson(value: unknown): value is JsonValue {
  return value !== undefined;
}
