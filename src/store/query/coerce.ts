/**
 * From a value that was written to one of the type of a field.
 *
 * @module
 */
import type { FilterValue } from "./filter.ts";
import { dateToText } from "./moments.ts";
import type { ValueType } from "./query_schema.ts";
import type { SqlScalar } from "./values.ts";

const NUMBER = /^-?\d+(?:\.\d+)?$/;
/** `2026-01-02T03:04:05Z`, as JSON has dates: records have a space for the T. */
const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z$/;

/**
 * Returns the value as the type has it, or undefined if it has none such. An
 * empty text is no value for types other than text.
 */
export function coerce(
  value: FilterValue,
  type: ValueType,
): SqlScalar | undefined {
  if (value === null) return null;
  switch (type) {
    case "text":
      return typeof value === "string" ? value.toWellFormed() : undefined;
    case "date":
      return typeof value === "string" ? dateText(value) : undefined;
    case "number":
      return numberValue(value);
    case "boolean":
      return booleanValue(value);
    case "json":
      if (typeof value === "string") return value.toWellFormed();
      return typeof value === "boolean" ? Number(value) : value;
  }
}

function dateText(value: string): string {
  if (!ISO_DATE.test(value)) return value.toWellFormed();
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? value : dateToText(date);
}

function numberValue(value: FilterValue): SqlScalar | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value !== "string") return undefined;
  if (value === "") return null;
  return NUMBER.test(value) ? Number(value) : undefined;
}

function booleanValue(value: FilterValue): SqlScalar | undefined {
  switch (value) {
    case true:
    case 1:
    case 1n:
    case "true":
      return 1;
    case false:
    case 0:
    case 0n:
    case "false":
      return 0;
    case "":
      return null;
    default:
      return undefined;
  }
}

/** Returns the text that `~` looks for, or undefined if the value has none. */
export function searchText(value: FilterValue): string | undefined {
  if (typeof value === "string") return value.toWellFormed();
  return typeof value === "number" || typeof value === "bigint"
    ? String(value)
    : undefined;
}
