/**
 * Validates data against a rule.
 *
 * @module
 */
import {
  closestName,
  describeRange,
  isInRange,
} from "../../checks/internal.ts";
import type { DriverIssue } from "../driver.ts";
import { hasReference, partsOf } from "./reference.ts";
import { quantityProblem } from "./quantity.ts";
import { type ObjectRule, type Problem, type Rule, unitFor } from "./rule.ts";

/** A path to a value in data: names of fields, and indexes of items. */
export type Path = readonly (string | number)[];

/** Options of {@linkcode checkRule}. */
export interface CheckOptions {
  /**
   * Whether a text with `${…}` is valid everywhere, as what it stands for is not
   * known yet.
   * @default {false}
   */
  readonly templates?: boolean;
}

/** The deepest nesting of JSON: anything deeper may be circular. */
const MAX_DEPTH = 64;
const MAX_SHOWN = 40;
/** How the message of an unknown field begins. */
const UNKNOWN_FIELD = "is not a known field";

/** Returns everything that is wrong with a value. */
export function checkRule(
  rule: Rule,
  value: unknown,
  options: CheckOptions = {},
): DriverIssue[] {
  const issues: DriverIssue[] = [];
  new Checker(issues, options.templates === true).check(rule, value, []);
  return issues;
}

/**
 * Returns whether an issue leaves the value valid that it is found in: a field
 * too many takes nothing from the others.
 */
export function isHarmless({ message }: DriverIssue): boolean {
  return message.startsWith(UNKNOWN_FIELD);
}

/** Returns whether a value is an object with fields, and not a list. */
export function isRecord(
  value: unknown,
): value is { readonly [name: string]: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

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
    names.find((name) => name.endsWith(`.${wrong}`));
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

class Checker {
  readonly #issues: DriverIssue[];
  readonly #templates: boolean;

  constructor(issues: DriverIssue[], templates: boolean) {
    this.#issues = issues;
    this.#templates = templates;
  }

  check(
    rule: Rule,
    given: unknown,
    path: Path,
    siblings: { readonly [name: string]: unknown } = {},
  ): void {
    let value = given;
    if (this.#templates && typeof given === "string") {
      const parts = partsOf(given);
      if (hasReference(given)) {
        if (rule.kind !== "text") return;
        const [start] = parts;
        const text = typeof start === "string" ? start : "";
        return this.#refuse(path, rule.refusesStart?.(text));
      }
      value = parts.join("");
    }
    switch (rule.kind) {
      case "text":
        if (typeof value !== "string" || value.length < (rule.minLength ?? 0)) {
          return this.#wrong(rule, value, path);
        }
        return this.#refuse(path, rule.refuses?.(value));
      case "number":
        if (
          typeof value !== "number" || !Number.isFinite(value) ||
          !isInRange(value, rule.range)
        ) {
          const unit = unitFor(rule, siblings);
          return typeof value === "string" && unit !== undefined
            ? this.#refuse(path, quantityProblem(value, unit, describe(rule)))
            : this.#wrong(rule, value, path);
        }
        return;
      case "flag":
        if (typeof value !== "boolean") this.#wrong(rule, value, path);
        return;
      case "choice":
        return this.#choice(
          rule.of,
          rule.orNumber && typeof value === "number" ? String(value) : value,
          path,
        );
      case "json":
        return this.#json(value, path, 0);
      case "list":
        if (!Array.isArray(value)) return this.#wrong(rule, value, path);
        if (value.length < (rule.minItems ?? 0)) {
          this.#refuse(path, "is empty, it must have at least one item");
        }
        return value.forEach((item, index) =>
          this.check(rule.of, item, [...path, index])
        );
      case "map":
        if (!isRecord(value)) return this.#wrong(rule, value, path);
        return this.#map(rule.of, value, path);
      case "object":
        if (!isRecord(value)) return this.#wrong(rule, value, path);
        return this.#fields(rule, value, path);
      case "variant": {
        if (!isRecord(value)) return this.#wrong(rule, value, path);
        const by = [...path, rule.by];
        const which = value[rule.by];
        if (which === undefined) {
          return this.#missing(
            { kind: "choice", of: Object.keys(rule.of) },
            by,
          );
        }
        this.#choice(Object.keys(rule.of), which, by);
        const chosen =
          typeof which === "string" && Object.hasOwn(rule.of, which)
            ? rule.of[which]
            : undefined;
        if (chosen !== undefined) this.#fields(chosen, value, path, rule.by);
        return;
      }
      case "shape":
        if (!isRecord(value)) return this.#wrong(rule, value, path);
        return this.check(
          Object.hasOwn(value, rule.by) ? rule.having : rule.lacking,
          value,
          path,
        );
      case "either":
        return isRecord(value)
          ? this.#fields(closestShape(rule.objects, value), value, path)
          : this.check(rule.plain, value, path);
      default:
        rule satisfies never;
    }
  }

  #fields(
    rule: ObjectRule,
    value: { readonly [name: string]: unknown },
    path: Path,
    ...others: readonly string[]
  ): void {
    const names = [...others, ...Object.keys(rule.fields)];
    for (const [name, field] of Object.entries(rule.fields)) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined;
      if (given !== undefined) this.check(field, given, [...path, name], value);
      else if (!field.optional) this.#missing(field, [...path, name]);
    }
    const [first, second] = (rule.atMostOne ?? [])
      .filter((name) => value[name] !== undefined);
    if (second !== undefined) {
      this.#refuse(
        [...path, second],
        `is given beside ${first}, remove one of them`,
      );
    }
    for (const name of Object.keys(value)) {
      if (names.includes(name)) continue;
      const { elsewhere = {} } = rule;
      if (Object.hasOwn(elsewhere, name)) {
        this.#refuse(
          [...path, name],
          `${UNKNOWN_FIELD} here, it belongs into ${elsewhere[name]}`,
        );
        continue;
      }
      const meant = rule.meant ?? {};
      const unknown = unknownName(
        [...path, name],
        UNKNOWN_FIELD,
        Object.hasOwn(meant, name) ? meant[name] ?? name : name,
        names,
      );
      this.#issues.push(unknown);
    }
  }

  #map(of: Rule, value: { readonly [name: string]: unknown }, path: Path) {
    for (const [name, item] of Object.entries(value)) {
      if (name === "__proto__") {
        this.#refuse(
          [...path, name],
          "is not allowed as a name, choose another",
        );
      } else this.check(of, item, [...path, name]);
    }
  }

  #choice(of: readonly string[], value: unknown, path: Path): void {
    if (typeof value !== "string") {
      return this.#wrong({ kind: "choice", of }, value, path);
    }
    if (of.includes(value)) return;
    this.#issues.push(unknownName(path, `is ${show(value)}`, value, of));
  }

  #json(value: unknown, path: Path, depth: number): void {
    if (depth > MAX_DEPTH) {
      return this.#refuse(path, `is nested deeper than ${MAX_DEPTH} levels`);
    }
    if (Array.isArray(value)) {
      return value.forEach((item, index) =>
        this.#json(item, [...path, index], depth + 1)
      );
    }
    if (isRecord(value)) {
      for (const [name, item] of Object.entries(value)) {
        if (name === "__proto__") {
          this.#refuse(
            [...path, name],
            "is not allowed as a name, choose another",
          );
        } else this.#json(item, [...path, name], depth + 1);
      }
      return;
    }
    if (value === null || typeof value === "string") return;
    if (typeof value === "boolean" || Number.isFinite(value)) return;
    this.#wrong({ kind: "json" }, value, path);
  }

  #wrong(rule: Rule, value: unknown, path: Path): void {
    this.#refuse(path, `is ${show(value)}, it must be ${describe(rule)}`);
  }

  #missing(rule: Rule, path: Path): void {
    this.#refuse(path, `is missing, it must be ${describe(rule)}`);
  }

  #refuse(path: Path, problem: string | Problem | undefined): void {
    if (problem === undefined) return;
    const found = typeof problem === "string" ? { message: problem } : problem;
    this.#issues.push({ path, ...found });
  }
}

/** Returns the object that has one of the given fields, or the first one. */
export function closestShape(
  objects: readonly [ObjectRule, ...ObjectRule[]],
  value: { readonly [name: string]: unknown },
): ObjectRule {
  const [first] = objects;
  return objects.find(({ fields }) =>
    Object.keys(fields).some((name) => Object.hasOwn(value, name))
  ) ?? first;
}

/** Describes what a rule requires, in words that follow "it must be". */
function describe(rule: Rule): string {
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
