/**
 * The condition of one comparison, when its two values are at hand.
 *
 * @module
 */
import type { SqlOperand } from "./path_sql.ts";
import {
  isEmptyValue,
  type ResolvedComparison,
  type ResolvedSide,
} from "./resolved.ts";
import { type Sql, sql } from "./sql.ts";

/** Returns whether a comparison is never met by a record without a value. */
export function isRejectingNull(comparison: ResolvedComparison): boolean {
  const { left, operator, right } = comparison;
  // What is not there has the length 0, and no other value.
  const hasLength = [left, right].some((side) =>
    side.kind === "path" && side.take === "length"
  );
  if (hasLength) return false;
  switch (operator) {
    case "!=":
    case "!~":
      return false;
    case "=":
      return [left, right].some((side) =>
        side.kind === "constants" && !side.values.some(isEmptyValue)
      );
    default:
      return true;
  }
}

/** Returns the condition of a comparison; it may be null where it is not met. */
export function comparisonCondition(
  comparison: ResolvedComparison,
  left: SqlOperand,
  right: SqlOperand,
): Sql {
  const { operator } = comparison;
  const [a, b] = [left.value, right.value];
  switch (operator) {
    case "=":
      return equality(comparison, left, right);
    case "!=":
      return inequality(comparison, left, right);
    case ">":
      return sql`${a} > ${b}`;
    case ">=":
      return sql`${a} >= ${b}`;
    case "<":
      return sql`${a} < ${b}`;
    case "<=":
      return sql`${a} <= ${b}`;
    case "~":
      return search(comparison, a, b);
    case "!~":
      return sql`(${search(comparison, a, b)}) IS NOT TRUE`;
  }
}

function equality(
  { right: side, type }: ResolvedComparison,
  left: SqlOperand,
  right: SqlOperand,
): Sql {
  const [a, b] = [left.value, right.value];
  if (!isOneConstant(side)) return bothMayBeEmpty(type, a, b);
  const isEmpty = side.values.some(isEmptyValue);
  if (type === "json") return sql`${a} IS ${b}`;
  if (!isEmpty) return sql`${a} = ${b}`;
  if (type !== "text" && type !== "date") return sql`${a} IS NULL`;
  // An index serves both parts, and none serves a function.
  return left.isPlain
    ? sql`(${a} IS NULL OR ${a} = '')`
    : sql`ifnull(${a}, '') = ''`;
}

function inequality(
  { right: side, type }: ResolvedComparison,
  left: SqlOperand,
  right: SqlOperand,
): Sql {
  const [a, b] = [left.value, right.value];
  if (!isOneConstant(side)) return sql`NOT (${bothMayBeEmpty(type, a, b)})`;
  const isEmpty = side.values.some(isEmptyValue);
  if (type === "json" || !isEmpty) return sql`${a} IS NOT ${b}`;
  if (type !== "text" && type !== "date") return sql`${a} IS NOT NULL`;
  return sql`ifnull(${a}, '') <> ''`;
}

function bothMayBeEmpty(
  type: ResolvedComparison["type"],
  a: Sql,
  b: Sql,
): Sql {
  return type === "text" || type === "date"
    ? sql`ifnull(${a}, '') = ifnull(${b}, '')`
    : sql`${a} IS ${b}`;
}

function search(
  { left, right, type }: ResolvedComparison,
  a: Sql,
  b: Sql,
): Sql {
  const [text, wanted] = [[left, a], [right, b]] as const;
  const of = ([side, value]: readonly [ResolvedSide, Sql]): Sql =>
    type === "json" && side.kind === "path" ? textOnly(value) : value;
  if (right.kind === "constants") {
    return sql`${of(text)} LIKE ${b} ESCAPE '\\'`;
  }
  return sql`instr(lower(${of(text)}), lower(${of(wanted)})) > 0`;
}

function textOnly(value: Sql): Sql {
  return sql`iif(typeof(${value}) = 'text', ${value}, NULL)`;
}

function isOneConstant(
  side: ResolvedSide,
): side is Extract<ResolvedSide, { kind: "constants" }> {
  return side.kind === "constants" && !side.isMany;
}
