/**
 * Values that are filled in where a request needs text, or a number.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../codec/mod.ts";
import { isRecord } from "../scenario/check_rule.ts";
import { readQuantity, type Unit } from "../scenario/quantity.ts";
import { type ObjectRule, type Rule, unitFor } from "../scenario/rule.ts";
import { numberIn } from "../scenario/substitution.ts";

/**
 * Returns a request in which numbers and flags are texts where the rule needs a
 * text: a record's `id: 41` goes into a header as `41`, as it does into a URL.
 * And texts are numbers where it needs one: a `port` of CSV.
 */
export function fitting(rule: ObjectRule, request: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(request).map(([name, value]) => {
      const field = Object.hasOwn(rule.fields, name)
        ? rule.fields[name]
        : undefined;
      return [name, field === undefined ? value : fit(field, value)];
    }),
  );
}

function fit(rule: Rule, value: JsonValue): JsonValue {
  switch (rule.kind) {
    case "text":
      return typeof value === "number" || typeof value === "boolean"
        ? String(value)
        : value;
    case "number":
      return numberIn(value) ?? quantityIn(value, unitFor(rule, {})) ?? value;
    case "map":
      return isObject(value)
        ? Object.fromEntries(
          Object.entries(value).map(([name, item]) => [
            name,
            fit(rule.of, item),
          ]),
        )
        : value;
    case "object":
      return isObject(value) ? fitting(rule, value) : value;
    case "list":
      return isList(value) ? value.map((item) => fit(rule.of, item)) : value;
    case "shape":
      if (!isObject(value)) return value;
      return fit(
        Object.hasOwn(value, rule.by) ? rule.having : rule.lacking,
        value,
      );
    case "either":
      return isObject(value) ? value : fit(rule.plain, value);
    default:
      return value;
  }
}

function quantityIn(
  value: JsonValue,
  unit: Unit | undefined,
): number | undefined {
  return typeof value === "string" && unit !== undefined
    ? readQuantity(value, unit)
    : undefined;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue): value is JsonObject {
  return isRecord(value);
}
