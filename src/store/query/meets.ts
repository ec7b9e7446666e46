/**
 * Whether two values meet an operator, with the outcome that SQL has.
 *
 * @module
 */
import type { FilterOperator } from "./filter.ts";
import { likePatternOf } from "./like.ts";
import type { ValueType } from "./query_schema.ts";
import { isEmptyValue } from "./resolved.ts";
import { compareScalars, lowerAscii, type SqlScalar } from "./values.ts";

/**
 * Returns whether two values meet an operator. `!=` and `!~` are met exactly
 * when `=` and `~` are not; null and the empty text are equal, but in JSON.
 *
 * @param isPattern Whether `~` may find `%` and `_` in the second value.
 */
export function meets(
  a: SqlScalar,
  operator: FilterOperator,
  b: SqlScalar,
  type: ValueType,
  isPattern: boolean,
): boolean {
  switch (operator) {
    case "=":
      return isSame(a, b, type);
    case "!=":
      return !isSame(a, b, type);
    case "~":
      return contains(a, b, isPattern);
    case "!~":
      return !contains(a, b, isPattern);
  }
  if (a === null || b === null) return false;
  const order = compareScalars(a, b);
  switch (operator) {
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
  }
}

function isSame(a: SqlScalar, b: SqlScalar, type: ValueType): boolean {
  if (type !== "json" && isEmptyValue(a) && isEmptyValue(b)) return true;
  return compareScalars(a, b) === 0;
}

function contains(a: SqlScalar, b: SqlScalar, isPattern: boolean): boolean {
  if (typeof a !== "string" || typeof b !== "string") return false;
  return isPattern
    ? likePatternOf(b).matches(a)
    : lowerAscii(a).includes(lowerAscii(b));
}
