/**
 * Which object was probably meant: pure decisions without I/O.
 *
 * @module
 */
import { closestName } from "../../checks/internal.ts";
import type { ObjectRule, Rule } from "./rule.ts";

/** Returns the field that was probably meant to be another one. */
export function misspelt(
  name: string,
  value: { readonly [name: string]: unknown },
  otherwise?: Rule,
): string | undefined {
  const known = otherwise?.kind === "object" ? otherwise.fields : {};
  return Object.keys(value).find((one) =>
    !Object.hasOwn(known, one) && closestName(one, [name]) === name
  );
}

/** Returns the variant that has the most of the given fields, if one has any. */
export function closestVariant(
  variants: readonly ObjectRule[],
  value: { readonly [name: string]: unknown },
): ObjectRule | undefined {
  let [closest, most]: [ObjectRule | undefined, number] = [undefined, 0];
  for (const variant of variants) {
    const count = Object.keys(value).filter((name) =>
      Object.hasOwn(variant.fields, name)
    ).length;
    if (count > most) [closest, most] = [variant, count];
  }
  return closest;
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

/** Returns where fields belong that only other variants have. */
export function fieldsOfOthers(
  by: string,
  of: { readonly [name: string]: ObjectRule },
  chosen: ObjectRule,
): { readonly [field: string]: string } {
  const owners = new Map<string, string[]>();
  for (const [name, { fields }] of Object.entries(of)) {
    for (const field of Object.keys(fields)) {
      if (Object.hasOwn(chosen.fields, field)) continue;
      owners.set(field, [...owners.get(field) ?? [], name]);
    }
  }
  return Object.fromEntries(
    [...owners].map((
      [field, names],
    ) => [field, `the ${names.join(" or ")} ${by}`]),
  );
}
