/**
 * Validates data against a rule.
 *
 * @module
 */
import { closestName, isInRange } from "../../checks/internal.ts";
import type { DriverIssue } from "../driver.ts";
import {
  closestShape,
  closestVariant,
  fieldsOfOthers,
  misspelt,
} from "./closest_shape.ts";
import { hasReference, partsOf } from "./reference.ts";
import { quantityProblem } from "./quantity.ts";
import { flagProblem, show, unknownName } from "./problems.ts";
import { describe } from "./rule_text.ts";
import {
  type NumberRule,
  type ObjectRule,
  type Path,
  type Problem,
  type Rule,
  unitFor,
} from "./rule.ts";

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
          this.#number(rule, value, path, siblings);
        }
        return;
      case "flag":
        if (typeof value === "boolean") return;
        return this.#refuse(path, flagProblem(value, describe(rule)));
      case "choice":
        return this.#choice(
          rule.of,
          rule.orNumber && typeof value === "number" ? String(value) : value,
          path,
          rule.meant,
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
      case "variant":
        if (!isRecord(value)) return this.#wrong(rule, value, path);
        return this.#variant(rule, value, path);
      case "shape": {
        if (!isRecord(value)) return this.#wrong(rule, value, path);
        if (Object.hasOwn(value, rule.by)) {
          return this.check(rule.having, value, path);
        }
        const typo = misspelt(rule.by, value, rule.lacking);
        return typo === undefined
          ? this.check(rule.lacking, value, path)
          : this.#misspelt(rule.by, typo, path);
      }
      case "either":
        return isRecord(value)
          ? this.#fields(closestShape(rule.objects, value), value, path)
          : this.check(rule.plain, value, path);
      default:
        rule satisfies never;
    }
  }

  #number(
    rule: NumberRule,
    value: unknown,
    path: Path,
    siblings: { readonly [name: string]: unknown },
  ): void {
    const unit = unitFor(rule, siblings);
    if (typeof value !== "string") return this.#wrong(rule, value, path);
    // What decides on the unit is wrong itself.
    if (unit === undefined && typeof rule.unit === "function") return;
    this.#refuse(path, quantityProblem(value, unit ?? "count", describe(rule)));
  }

  /**
   * Checks the fields of what was meant, so that a wrong name of it hides no
   * mistake in them.
   */
  #variant(
    { by, of }: Rule & { readonly kind: "variant" },
    value: { readonly [name: string]: unknown },
    path: Path,
  ): void {
    const names = Object.keys(of);
    const which = value[by];
    if (which !== undefined) this.#choice(names, which, [...path, by]);
    else {
      const typo = misspelt(by, value);
      if (typo !== undefined) return this.#misspelt(by, typo, path);
      this.#missing({ kind: "choice", of: names }, [...path, by]);
    }
    const meant = typeof which === "string" && !names.includes(which)
      ? closestName(which, names)
      : which;
    const chosen = typeof meant === "string" && Object.hasOwn(of, meant)
      ? of[meant]
      : closestVariant(Object.values(of), value);
    if (chosen === undefined) return;
    const elsewhere = {
      ...fieldsOfOthers(by, of, chosen),
      ...chosen.elsewhere,
    };
    this.#fields({ ...chosen, elsewhere }, value, path, by);
  }

  #misspelt(meant: string, written: string, path: Path): void {
    this.#issues.push(
      unknownName([...path, written], UNKNOWN_FIELD, written, [meant]),
    );
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
          `${UNKNOWN_FIELD} here, it belongs in ${elsewhere[name]}`,
        );
        continue;
      }
      const meant = rule.meant ?? {};
      const other = closestName(name, Object.keys(elsewhere));
      if (other !== undefined && closestName(name, names) === undefined) {
        this.#refuse([...path, name], {
          message: `${UNKNOWN_FIELD}, did you mean "${other}"? It belongs in ${
            elsewhere[other]
          }`,
          suggestion: other,
        });
        continue;
      }
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

  #choice(
    of: readonly string[],
    value: unknown,
    path: Path,
    meant: { readonly [written: string]: string } = {},
  ): void {
    if (typeof value !== "string") {
      return this.#wrong({ kind: "choice", of }, value, path);
    }
    if (of.includes(value)) return;
    const name = Object.hasOwn(meant, value) ? meant[value] ?? value : value;
    this.#issues.push(unknownName(path, `is ${show(value)}`, name, of));
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
