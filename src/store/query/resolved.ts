/**
 * A filter that has met its schema: every path is known, every value has the
 * type of what it is compared with. SQL and predicate are both made of it.
 *
 * @module
 */
import type { FilterOperator } from "./filter.ts";
import type { QueryField, ValueType } from "./query_schema.ts";
import type { SqlScalar } from "./values.ts";

/** A step from a record to others. */
export interface Hop {
  /** The collection that it reaches. */
  readonly collection: string;
  /** The field that makes the relation: of the collection reached if `isBack`. */
  readonly field: string;
  readonly isBack: boolean;
  /** Whether the field holds a list of ids. */
  readonly isList: boolean;
  /** Whether one record can reach several. */
  readonly isMany: boolean;
}

/** A path from a record to values. */
export interface ResolvedPath {
  readonly kind: "path";
  readonly hops: readonly Hop[];
  /** The collection of the last field. */
  readonly collection: string;
  readonly field: QueryField;
  /** Where the value lies in a field of JSON; empty for the whole. */
  readonly json: readonly (string | number)[];
  readonly take: "value" | "lower" | "length" | "each";
  readonly type: ValueType;
  /** Whether one record can have several values. */
  readonly isMany: boolean;
  /** The field that has to be true for the value to be seen by who asks. */
  readonly shownIf?: string | undefined;
}

/** Values of the filter itself. */
export interface ResolvedConstants {
  readonly kind: "constants";
  readonly values: readonly SqlScalar[];
  /** Whether it was written as a list. */
  readonly isMany: boolean;
}

/** One side of a comparison. */
export type ResolvedSide = ResolvedPath | ResolvedConstants;

/** A comparison of which at least one side is a path. */
export interface ResolvedComparison {
  readonly kind: "compare";
  readonly left: ResolvedSide;
  readonly operator: FilterOperator;
  readonly isAny: boolean;
  readonly right: ResolvedSide;
  /** What both sides compare as. */
  readonly type: ValueType;
}

/** A filter that has met its schema. */
export type ResolvedFilter =
  | ResolvedComparison
  | { readonly kind: "and" | "or"; readonly filters: readonly ResolvedFilter[] }
  | { readonly kind: "not"; readonly filter: ResolvedFilter }
  | { readonly kind: "all" }
  | { readonly kind: "none" };

/** Returns whether a value is what a field without a value equals. */
export function isEmptyValue(value: SqlScalar): boolean {
  return value === null || value === "";
}
