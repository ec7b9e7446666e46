/**
 * Reads the quantities of data that has a rule: `10s` becomes 10,000.
 *
 * @module
 */
import { isInRange } from "../../checks/internal.ts";
import { isRecord } from "./check_rule.ts";
import { closestShape } from "./closest_shape.ts";
import { readQuantity } from "./quantity.ts";
import { type ObjectRule, type Rule, unitFor } from "./rule.ts";

type Fields = { readonly [name: string]: unknown };

/**
 * Returns data with numbers in place of texts with a unit, wherever its rule has
 * a number with a unit; the same data if there are none. What is no quantity, or
 * out of its range, stays as it is.
 */
export function readQuantities(rule: Rule, value: unknown): unknown {
  return read(rule, value, {});
}

function read(rule: Rule, value: unknown, siblings: Fields): unknown {
  switch (rule.kind) {
    case "number": {
      const unit = unitFor(rule, siblings);
      if (typeof value !== "string" || unit === undefined) return value;
      const number = readQuantity(value, unit);
      return number !== undefined && isInRange(number, rule.range)
        ? number
        : value;
    }
    case "list":
      return Array.isArray(value)
        ? changedList(value, (item) => read(rule.of, item, {}))
        : value;
    case "map":
      return isRecord(value)
        ? changed(value, Object.keys(value), (item) => read(rule.of, item, {}))
        : value;
    case "object":
      return isRecord(value) ? readFields(rule, value) : value;
    case "variant": {
      if (!isRecord(value)) return value;
      const which = value[rule.by];
      const chosen = typeof which === "string" && Object.hasOwn(rule.of, which)
        ? rule.of[which]
        : undefined;
      return chosen === undefined ? value : readFields(chosen, value);
    }
    case "shape":
      if (!isRecord(value)) return value;
      return read(
        Object.hasOwn(value, rule.by) ? rule.having : rule.lacking,
        value,
        {},
      );
    case "either":
      return isRecord(value)
        ? readFields(closestShape(rule.objects, value), value)
        : read(rule.plain, value, siblings);
    default:
      return value;
  }
}

function readFields(rule: ObjectRule, value: Fields): Fields {
  return changed(
    value,
    Object.keys(rule.fields).filter((name) => Object.hasOwn(value, name)),
    (item, name) => {
      const field = rule.fields[name];
      return field === undefined ? item : read(field, item, value);
    },
  );
}

/** Returns an object with some fields changed; the same one if none is. */
function changed(
  value: Fields,
  names: readonly string[],
  change: (item: unknown, name: string) => unknown,
): Fields {
  let copy: Record<string, unknown> | undefined;
  for (const name of names) {
    if (name === "__proto__") continue;
    const item = change(value[name], name);
    if (item === value[name]) continue;
    copy ??= { ...value };
    copy[name] = item;
  }
  return copy ?? value;
}

function changedList(
  items: readonly unknown[],
  change: (item: unknown) => unknown,
): readonly unknown[] {
  const copy = items.map(change);
  return copy.every((item, index) => item === items[index]) ? items : copy;
}
