/**
 * From a filter to one that has met its schema.
 *
 * @module
 */
import type {
  Comparison,
  Filter,
  FilterOperand,
  FilterOperator,
  FilterValue,
} from "./filter.ts";
import { coerce, searchText } from "./coerce.ts";
import { meets } from "./meets.ts";
import { momentValue } from "./moments.ts";
import { QueryError } from "./query_error.ts";
import type { ValueType } from "./query_schema.ts";
import type {
  ResolvedConstants,
  ResolvedFilter,
  ResolvedPath,
} from "./resolved.ts";
import { type PathContext, resolvePath } from "./resolve_path.ts";
import { scalarOf, type SqlScalar } from "./values.ts";

/** Where a filter is used, and when. */
export interface ResolveContext extends PathContext {
  /** What `@now` and the other moments are reckoned from. */
  readonly now: Date;
}

/** The most comparisons of a filter together with those of its rules. */
export const MAX_RESOLVED_TERMS = 400;
/** The most values of all lists of a filter. */
export const MAX_FILTER_VALUES = 1_000;
/** The longest text that `~` may look for, in UTF-16 units. */
export const MAX_SEARCH_LENGTH = 1_000;
/** How deep conditions may be nested. */
const MAX_NESTING = 100;

/**
 * Returns the filter with its paths and values resolved.
 *
 * @throws {QueryError} if a field is not known, a value or an operator does not
 * fit its type, or the filter is larger than allowed
 */
export function resolveFilter(
  filter: Filter,
  context: ResolveContext,
): ResolvedFilter {
  return new Resolver(context).resolve(filter, 0);
}

class Resolver {
  readonly #context: ResolveContext;
  #terms = 0;
  #values = 0;

  constructor(context: ResolveContext) {
    this.#context = context;
  }

  resolve(filter: Filter, depth: number): ResolvedFilter {
    if (depth > MAX_NESTING) {
      throw limit("conditions nested deeper", MAX_NESTING);
    }
    switch (filter.kind) {
      case "all":
      case "none":
        return filter;
      case "not":
        return {
          kind: "not",
          filter: this.resolve(filter.filter, depth + 1),
        };
      case "and":
      case "or":
        return {
          kind: filter.kind,
          filters: filter.filters.map((one) => this.resolve(one, depth + 1)),
        };
      case "compare":
        return this.#compare(filter);
    }
  }

  #compare(comparison: Comparison): ResolvedFilter {
    this.#terms++;
    if (this.#terms > MAX_RESOLVED_TERMS) {
      throw limit("more comparisons", MAX_RESOLVED_TERMS);
    }
    const { left, operator, right } = comparison;
    const isAny = comparison.isAny === true;
    const paths = [left, right].map((operand) =>
      operand.kind === "field" ? resolvePath(operand, this.#context) : undefined
    );
    const [one, other] = paths;
    if (one !== undefined && other !== undefined) {
      const type = commonType(one, other, operator, comparison);
      return {
        kind: "compare",
        left: one,
        operator,
        isAny,
        right: other,
        type,
      };
    }
    const path = one ?? other;
    if (path === undefined) return this.#folded(comparison, isAny);
    const isLeft = one !== undefined;
    const operand = isLeft ? right : left;
    const type = comparedType(path, operator, isLeft ? left : right);
    const constants = this.#constants(operand, operator, type, isAny);
    if (constants === undefined) return { kind: "none" };
    const enough = isAny ||
      (isLeft && isEnough(path, operator, left));
    const turned = isLeft || isSearch(operator) ? undefined : TURNED[operator];
    if (turned !== undefined) {
      return {
        kind: "compare",
        left: path,
        operator: turned,
        isAny: enough,
        right: constants,
        type,
      };
    }
    return {
      kind: "compare",
      left: isLeft ? path : constants,
      operator,
      isAny: enough,
      right: isLeft ? constants : path,
      type,
    };
  }

  /** Both sides are values: the outcome is known. */
  #folded(comparison: Comparison, isAny: boolean): ResolvedFilter {
    const { operator } = comparison;
    const [left, right] = [comparison.left, comparison.right].map((operand) =>
      this.#valuesOf(operand).map(scalarOf)
    );
    const outcomes = (left ?? []).flatMap((a) =>
      (right ?? []).map((b) => meets(a, operator, b, "text", true))
    );
    const isMet = isAny ? outcomes.some(Boolean) : outcomes.every(Boolean);
    return { kind: isMet && outcomes.length > 0 ? "all" : "none" };
  }

  #constants(
    operand: FilterOperand,
    operator: FilterOperator,
    type: ValueType,
    isAny: boolean,
  ): ResolvedConstants | undefined {
    const isFromRequest = (operand.kind === "value" ||
      operand.kind === "values") && operand.isFromRequest === true;
    const values: SqlScalar[] = [];
    for (const given of this.#valuesOf(operand)) {
      const value = isSearch(operator)
        ? searchText(given)
        : coerce(given, type);
      if (value !== undefined) {
        if (isSearch(operator)) checkSearch(String(value), operand);
        values.push(value);
      } else if (!isFromRequest) throw wrongType(given, type, operand);
      else if (!isAny) return undefined;
    }
    if (values.length === 0) return undefined;
    return { kind: "constants", values, isMany: operand.kind === "values" };
  }

  #valuesOf(operand: FilterOperand): readonly FilterValue[] {
    switch (operand.kind) {
      case "value":
        return [operand.value];
      case "moment":
        return [momentValue(operand.name, this.#context.now)];
      case "values":
        this.#values += operand.values.length;
        if (this.#values > MAX_FILTER_VALUES) {
          throw limit("more values in lists", MAX_FILTER_VALUES);
        }
        return operand.values;
      case "field":
        return [];
      case "request":
        throw new TypeError(
          `Cannot use filter: it is of a rule, its @request.${
            operand.path.join(".")
          } must be bound first`,
        );
    }
  }
}

/** The operator that says the same with its sides exchanged. */
const TURNED: Readonly<Partial<Record<FilterOperator, FilterOperator>>> = {
  "=": "=",
  "!=": "!=",
  ">": "<",
  ">=": "<=",
  "<": ">",
  "<=": ">=",
};

function isSearch(operator: FilterOperator): boolean {
  return operator === "~" || operator === "!~";
}

function hasEach(operand: FilterOperand): boolean {
  return operand.kind === "field" && operand.modifier === "each";
}

function positionOf(operand: FilterOperand): number | undefined {
  return "at" in operand ? operand.at : undefined;
}

/**
 * Returns whether one value of a list is enough: a text is looked for in the list
 * as a whole, unless `:each` says otherwise.
 */
function isEnough(
  path: ResolvedPath,
  operator: FilterOperator,
  written: FilterOperand,
): boolean {
  const isList = isSearch(operator) && path.take === "each" &&
    path.field.isMany && !hasEach(written);
  if (isList && path.hops.some(({ isMany }) => isMany)) {
    throw new QueryError({
      part: "filter",
      code: "unsupported",
      position: positionOf(written),
      found: JSON.stringify(operator),
      expected: `?${operator} or :each, for lists of several records`,
    });
  }
  return isList && operator === "~";
}

function comparedType(
  path: ResolvedPath,
  operator: FilterOperator,
  written: FilterOperand,
): ValueType {
  const isNoText = path.type === "number" || path.type === "boolean";
  if (isSearch(operator) && isNoText) {
    throw new QueryError({
      part: "filter",
      code: "wrong_type",
      position: positionOf(written),
      found: `a ${path.type} before ${operator}`,
      expected: "a field of text",
    });
  }
  return path.type;
}

function commonType(
  one: ResolvedPath,
  other: ResolvedPath,
  operator: FilterOperator,
  { left, right }: Comparison,
): ValueType {
  comparedType(other, operator, right);
  const [a, b] = [comparedType(one, operator, left), other.type].map((type) =>
    type === "date" ? "text" : type
  );
  if (a !== undefined && a === b) return a;
  throw new QueryError({
    part: "filter",
    code: "wrong_type",
    position: positionOf(right),
    found: `a field of type ${other.type}`,
    expected: `one of type ${one.type}, as on the other side`,
  });
}

function checkSearch(text: string, operand: FilterOperand): void {
  if (text.length <= MAX_SEARCH_LENGTH) return;
  throw limit(
    `a text of ${text.length} characters`,
    MAX_SEARCH_LENGTH,
    positionOf(operand),
  );
}

function limit(found: string, most: number, position?: number): QueryError {
  return new QueryError({
    part: "filter",
    code: "limit",
    position,
    found,
    expected: `at most ${most}`,
  });
}

const DESCRIPTIONS: Readonly<Record<ValueType, string>> = {
  text: "a text",
  date: "a date, as a text",
  number: "a number",
  boolean: "true or false",
  json: "a text, a number, true, false or null",
};

function wrongType(
  value: FilterValue,
  type: ValueType,
  operand: FilterOperand,
): QueryError {
  return new QueryError({
    part: "filter",
    code: "wrong_type",
    position: positionOf(operand),
    found: value === null ? "null" : `a ${typeof value}`,
    expected: DESCRIPTIONS[type],
  });
}
