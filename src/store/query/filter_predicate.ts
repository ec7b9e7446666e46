/**
 * From a filter to a predicate in memory, with the outcome that its SQL has.
 *
 * @module
 */
import type { Filter } from "./filter.ts";
import { likePatternOf } from "./like.ts";
import { meets } from "./meets.ts";
import type { QuerySchema } from "./query_schema.ts";
import type {
  Hop,
  ResolvedComparison,
  ResolvedFilter,
  ResolvedPath,
  ResolvedSide,
} from "./resolved.ts";
import { resolveFilter } from "./resolve.ts";
import { lowerAscii, scalarOf, type SqlScalar } from "./values.ts";

/** A record as a predicate sees it: values by the names of their fields. */
export type PredicateRecord = Readonly<Record<string, unknown>>;

/** The records that others relate to. */
export interface RelatedRecords {
  /** Returns the record of an id. */
  get(collection: string, id: string): PredicateRecord | undefined;
  /** Returns the records whose field has the id, or has it in its list. */
  referring(
    collection: string,
    field: string,
    id: string,
  ): Iterable<PredicateRecord>;
}

/** Where a filter becomes a predicate, and for whom. */
export interface PredicateContext {
  readonly schema: QuerySchema;
  /** The collection whose records are tested. */
  readonly collection: string;
  /** What `@now` and the other moments are reckoned from. */
  readonly now: Date;
  /** Whether the filter comes from outside, so that hidden fields are not known. */
  readonly isCaller?: boolean | undefined;
  /** Which records of another collection may be seen. Default: all. */
  readonly guard?: ((collection: string) => Filter) | undefined;
}

/** Returns whether a record meets the filter. */
export type FilterPredicate = (
  record: PredicateRecord,
  related: RelatedRecords,
) => boolean;

/**
 * Returns the predicate of a filter.
 *
 * @throws {QueryError} if the filter does not fit the schema
 */
export function filterPredicate(
  filter: Filter,
  context: PredicateContext,
): FilterPredicate {
  return predicateOf(resolveFilter(filter, context), guardsOf(context));
}

type Guards = (collection: string) => FilterPredicate | undefined;

function guardsOf({ schema, guard, now }: PredicateContext): Guards {
  const guards = new Map<string, FilterPredicate>();
  return (collection) => {
    if (guard === undefined) return undefined;
    const known = guards.get(collection);
    if (known !== undefined) return known;
    const resolved = resolveFilter(guard(collection), {
      schema,
      collection,
      now,
    });
    // The guard itself sees everything.
    const predicate = predicateOf(resolved, () => undefined);
    guards.set(collection, predicate);
    return predicate;
  };
}

function predicateOf(filter: ResolvedFilter, guards: Guards): FilterPredicate {
  switch (filter.kind) {
    case "all":
      return () => true;
    case "none":
      return () => false;
    case "not": {
      const inner = predicateOf(filter.filter, guards);
      return (record, related) => !inner(record, related);
    }
    case "and": {
      const all = filter.filters.map((one) => predicateOf(one, guards));
      return (record, related) => all.every((one) => one(record, related));
    }
    case "or": {
      const any = filter.filters.map((one) => predicateOf(one, guards));
      return (record, related) => any.some((one) => one(record, related));
    }
    case "compare":
      return comparisonOf(filter, guards);
  }
}

function comparisonOf(
  comparison: ResolvedComparison,
  guards: Guards,
): FilterPredicate {
  const { isAny } = comparison;
  const left = valuesOf(comparison.left, guards);
  const right = valuesOf(comparison.right, guards);
  const test = testOf(comparison);
  return (record, related) => {
    const [as, bs] = [left(record, related), right(record, related)];
    const one = (a: SqlScalar) =>
      isAny ? bs.some((b) => test(a, b)) : bs.every((b) => test(a, b));
    return isAny ? as.some(one) : as.every(one);
  };
}

function testOf(
  { operator, right, type }: ResolvedComparison,
): (a: SqlScalar, b: SqlScalar) => boolean {
  const isPattern = right.kind === "constants";
  const isSearch = operator === "~" || operator === "!~";
  if (!isSearch || !isPattern || right.values.length !== 1) {
    return (a, b) => meets(a, operator, b, type, isPattern);
  }
  const pattern = likePatternOf(String(right.values[0]));
  const isWanted = operator === "~";
  return (a) => (typeof a === "string" && pattern.matches(a)) === isWanted;
}

type Values = (
  record: PredicateRecord,
  related: RelatedRecords,
) => readonly SqlScalar[];

function valuesOf(side: ResolvedSide, guards: Guards): Values {
  if (side.kind === "constants") return () => side.values;
  if (side.hops.length === 0) return (record) => leafValues(side, record);
  return (record, related) => {
    let reached: readonly (PredicateRecord | undefined)[] = [record];
    for (const hop of side.hops) {
      reached = reached.flatMap((one) =>
        one === undefined ? [one] : hopFrom(one, hop, related, guards)
      );
    }
    return reached.flatMap((one) => leafValues(side, one));
  };
}

/** Where a path leads to nothing there is one record without values. */
function hopFrom(
  record: PredicateRecord,
  { collection, field, isBack }: Hop,
  related: RelatedRecords,
  guards: Guards,
): readonly (PredicateRecord | undefined)[] {
  const guard = guards(collection);
  const isSeen = (one: PredicateRecord | undefined) =>
    one !== undefined && (guard === undefined || guard(one, related));
  if (isBack) {
    const referring = [
      ...related.referring(collection, field, String(record["id"])),
    ].filter(isSeen);
    return referring.length === 0 ? [undefined] : referring;
  }
  const ids = record[field];
  const list: readonly unknown[] = Array.isArray(ids) ? ids : [ids];
  if (list.length === 0) return [undefined];
  return list.map((id) => {
    const one = typeof id === "string"
      ? related.get(collection, id)
      : undefined;
    return isSeen(one) ? one : undefined;
  });
}

function leafValues(
  path: ResolvedPath,
  record: PredicateRecord | undefined,
): readonly SqlScalar[] {
  const isShown = path.shownIf === undefined || record?.[path.shownIf] === true;
  const value = isShown ? record?.[path.field.name] : undefined;
  switch (path.take) {
    case "each": {
      const list = Array.isArray(value) ? value.map(scalarOf) : [];
      return list.length === 0 ? [null] : list;
    }
    case "length":
      return [Array.isArray(value) ? value.length : 0];
    case "lower":
      return [typeof value === "string" ? lowerAscii(value) : null];
    case "value":
      return [path.type === "json" ? jsonValue(value, path) : scalarOf(value)];
  }
}

/** What `json_extract` returns: a list or an object is its text. */
function jsonValue(value: unknown, { json }: ResolvedPath): SqlScalar {
  let inner = value;
  for (const step of json) {
    if (typeof inner !== "object" || inner === null) return null;
    if (Array.isArray(inner) !== (typeof step === "number")) return null;
    inner = Object.hasOwn(inner, step)
      ? (inner as Record<string | number, unknown>)[step]
      : undefined;
  }
  return typeof inner === "object" && inner !== null
    ? JSON.stringify(inner)
    : scalarOf(inner);
}
