/**
 * Checks the text of a rule when a store starts, and not when somebody asks.
 *
 * @module
 */
import type { Comparison, Filter, FilterOperand } from "../query/filter.ts";
import { QueryError } from "../query/query_error.ts";
import type { ResolvedPath } from "../query/resolved.ts";

type FieldOperand = Extract<FilterOperand, { kind: "field" }>;

/**
 * Checks the parsed text of a rule.
 *
 * @param resolve Returns the path of an operand, or throws.
 * @throws {QueryError} if a field is not known, or the text says nothing
 */
export function checkRuleText(
  filter: Filter,
  resolve: (field: FieldOperand) => ResolvedPath,
): void {
  if (filter.kind === "all") {
    throw new QueryError({
      part: "filter",
      code: "syntax",
      found: "no condition",
      expected: "a condition, or the rule true for everybody",
    });
  }
  check(filter, resolve);
}

function check(
  filter: Filter,
  resolve: (field: FieldOperand) => ResolvedPath,
): void {
  switch (filter.kind) {
    case "all":
    case "none":
      return;
    case "not":
      return check(filter.filter, resolve);
    case "and":
    case "or":
      for (const one of filter.filters) check(one, resolve);
      return;
    case "compare":
      for (const operand of [filter.left, filter.right]) {
        if (operand.kind === "field") resolve(operand);
      }
      checkChanged(filter, resolve);
  }
}

function checkChanged(
  { left, operator, right }: Comparison,
  resolve: (field: FieldOperand) => ResolvedPath,
): void {
  if (right.kind === "request" && right.modifier === "changed") {
    throw wrongChanged(right.at);
  }
  if (left.kind !== "request" || left.modifier !== "changed") return;
  const { path: [part, name = "", ...rest], at } = left;
  const isBoolean = right.kind === "value" && typeof right.value === "boolean";
  const isEquality = operator === "=" || operator === "!=";
  if (part !== "body" || rest.length > 0 || !isBoolean || !isEquality) {
    throw wrongChanged(at);
  }
  const where = at === undefined ? {} : { at };
  const { isMany, type } = resolve({ kind: "field", path: [name], ...where });
  if (isMany || type === "json") throw wrongChanged(at);
}

function wrongChanged(position: number | undefined): QueryError {
  return new QueryError({
    part: "filter",
    code: "unsupported",
    position,
    found: "a use of :changed",
    expected:
      "@request.body.FIELD:changed = true or false, of a field of one value",
  });
}
