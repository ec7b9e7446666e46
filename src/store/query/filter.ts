/**
 * A condition on records, as data: what texts, the builder and rules make, and
 * what becomes SQL and a predicate.
 *
 * @module
 */
import { kindOf } from "../../checks/internal.ts";

/** How two operands are compared. */
export type FilterOperator =
  | "="
  | "!="
  | ">"
  | ">="
  | "<"
  | "<="
  | "~"
  | "!~";

/** A value of a filter: never part of a text of SQL, always bound. */
export type FilterValue = string | number | bigint | boolean | null;

/** What is taken of a field in place of its value. */
export type FieldModifier = "length" | "each" | "lower";

/** What is taken of a value of the request in place of it. */
export type RequestModifier =
  | "isset"
  | "changed"
  | "length"
  | "each"
  | "lower";

/** A moment that is known when the filter is used, in UTC. */
export type MomentName =
  | "now"
  | "yesterday"
  | "tomorrow"
  | "todayStart"
  | "todayEnd"
  | "monthStart"
  | "monthEnd"
  | "yearStart"
  | "yearEnd"
  | "second"
  | "minute"
  | "hour"
  | "day"
  | "month"
  | "weekday"
  | "year";

/** The names of all moments, as they stand in a text behind an `@`. */
export const MOMENT_NAMES: readonly MomentName[] = [
  "now",
  "yesterday",
  "tomorrow",
  "todayStart",
  "todayEnd",
  "monthStart",
  "monthEnd",
  "yearStart",
  "yearEnd",
  "second",
  "minute",
  "hour",
  "day",
  "month",
  "weekday",
  "year",
];

/** One side of a comparison. `at` is where it stands in its text, from 0. */
export type FilterOperand =
  | {
    readonly kind: "field";
    /** From the record, across relations: `["owner", "name"]`. */
    readonly path: readonly string[];
    readonly modifier?: FieldModifier;
    readonly at?: number;
  }
  | {
    readonly kind: "value";
    readonly value: FilterValue;
    /** Whether a request brought it: with the wrong type it compares with nothing. */
    readonly isFromRequest?: boolean;
    readonly at?: number;
  }
  /** Several values: all of them count, or with `isAny` one of them. */
  | {
    readonly kind: "values";
    readonly values: readonly FilterValue[];
    readonly isFromRequest?: boolean;
  }
  | { readonly kind: "moment"; readonly name: MomentName; readonly at?: number }
  /** `@request.auth.id`: a value of the identity or its request, for rules. */
  | {
    readonly kind: "request";
    readonly path: readonly string[];
    readonly modifier?: RequestModifier;
    readonly at?: number;
  };

/** A comparison of two operands. */
export interface Comparison {
  /** The kind of filter. */
  readonly kind: "compare";
  /** What stands before the operator. */
  readonly left: FilterOperand;
  /** How it is compared. */
  readonly operator: FilterOperator;
  /** Whether one of several values is enough (`?=`). Default: all must meet it. */
  readonly isAny?: boolean;
  /** What stands behind the operator. */
  readonly right: FilterOperand;
}

/** A condition on records. */
export type Filter =
  | Comparison
  | { readonly kind: "and" | "or"; readonly filters: readonly Filter[] }
  | { readonly kind: "not"; readonly filter: Filter }
  /** Every record meets it. */
  | { readonly kind: "all" }
  /** No record meets it. */
  | { readonly kind: "none" };

/** The filter that every record meets. */
export const ALL: Filter = { kind: "all" };

/** The filter that no record meets. */
export const NONE: Filter = { kind: "none" };

/**
 * Returns the filter that a record meets if it meets all of these.
 *
 * @throws {TypeError} if something else is given.
 */
export function allOf(...filters: readonly Filter[]): Filter {
  return joined("and", filters);
}

/**
 * Returns the filter that a record meets if it meets one of these.
 *
 * @throws {TypeError} if something else is given.
 */
export function anyOf(...filters: readonly Filter[]): Filter {
  return joined("or", filters);
}

/**
 * Returns the filter that a record meets if it does not meet this one.
 *
 * @throws {TypeError} if something else is given.
 */
export function noneOf(filter: Filter): Filter {
  checkFilter(filter);
  if (filter.kind === "all") return NONE;
  if (filter.kind === "none") return ALL;
  return filter.kind === "not" ? filter.filter : { kind: "not", filter };
}

/** For programs without types: whatever has a kind may be a filter. */
/**
 * Checks that something is a filter.
 *
 * @throws {TypeError} if it is none.
 */
export function checkFilter(filter: unknown): void {
  const isFilter = typeof filter === "object" && filter !== null &&
    "kind" in filter && typeof filter.kind === "string";
  if (isFilter) return;
  throw new TypeError(
    `Cannot use filter: it is ${
      kindOf(filter)
    }, it must be one that where() or parseFilter() makes`,
  );
}

function joined(kind: "and" | "or", filters: readonly Filter[]): Filter {
  for (const filter of filters) checkFilter(filter);
  const neutral = kind === "and" ? "all" : "none";
  const final = kind === "and" ? "none" : "all";
  const kept = filters.filter((filter) => filter.kind !== neutral);
  if (kept.some((filter) => filter.kind === final)) return { kind: final };
  const flat = kept.flatMap((filter) =>
    filter.kind === kind ? filter.filters : [filter]
  );
  const [only] = flat;
  if (only === undefined) return { kind: neutral };
  return flat.length === 1 ? only : { kind, filters: flat };
}
