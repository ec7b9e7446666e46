/**
 * From a filter to a condition of SQL.
 *
 * @module
 */
import type { Filter } from "./filter.ts";
import { comparisonCondition, isRejectingNull } from "./condition_sql.ts";
import { columnSql, PathSources, type SqlScope } from "./path_sql.ts";
import { resolveFilter } from "./resolve.ts";
import type { QuerySchema } from "./query_schema.ts";
import {
  isEmptyValue,
  type ResolvedComparison,
  type ResolvedFilter,
  type ResolvedPath,
} from "./resolved.ts";
import {
  bound,
  FALSE,
  joinSql,
  listOf,
  named,
  type Sql,
  sql,
  TRUE,
} from "./sql.ts";

/** Where a filter becomes SQL, and for whom. */
export interface FilterSqlContext {
  readonly schema: QuerySchema;
  /** The collection whose records are selected. */
  readonly collection: string;
  /** What `@now` and the other moments are reckoned from. */
  readonly now: Date;
  /** Whether the filter comes from outside, so that hidden fields are not known. */
  readonly isCaller?: boolean | undefined;
  /**
   * Which records of another collection whoever asks may see: the others are as
   * if they did not exist. Default: all.
   */
  readonly guard?: ((collection: string) => Filter) | undefined;
}

/**
 * Returns the condition that records of a collection meet, for a statement that
 * selects from its table by its own name.
 *
 * @throws {QueryError} if the filter does not fit the schema
 */
export function filterSql(filter: Filter, context: FilterSqlContext): Sql {
  const resolved = resolveFilter(filter, context);
  return conditionOf(resolved, context.collection, scopeOf(context));
}

/** Returns a scope for the pieces of one statement. */
export function scopeOf(context: FilterSqlContext): SqlScope {
  const { schema, guard, now } = context;
  const guards = new Map<string, ResolvedFilter>();
  let aliases = 0;
  const scope: SqlScope = {
    schema,
    // No collection has a name that begins with _.
    alias: () => `_${++aliases}`,
    guarded(collection, alias) {
      if (guard === undefined) return TRUE;
      const resolved = guards.get(collection) ??
        resolveFilter(guard(collection), { schema, collection, now });
      guards.set(collection, resolved);
      return conditionOf(resolved, alias, open);
    },
  };
  // The guard itself sees everything.
  const open: SqlScope = { ...scope, guarded: () => TRUE };
  return scope;
}

/** Returns the condition that a record of the alias meets. */
export function conditionOf(
  filter: ResolvedFilter,
  alias: string,
  scope: SqlScope,
): Sql {
  switch (filter.kind) {
    case "all":
      return TRUE;
    case "none":
      return FALSE;
    case "not":
      return sql`((${conditionOf(filter.filter, alias, scope)}) IS NOT TRUE)`;
    case "and":
    case "or": {
      const conditions = filter.filters.map((one) =>
        conditionOf(one, alias, scope)
      );
      const isAnd = filter.kind === "and";
      if (conditions.length === 0) return isAnd ? TRUE : FALSE;
      return sql`(${joinSql(conditions, isAnd ? " AND " : " OR ")})`;
    }
    case "compare":
      return comparisonOf(filter, alias, scope);
  }
}

function comparisonOf(
  comparison: ResolvedComparison,
  alias: string,
  scope: SqlScope,
): Sql {
  const seek = seekOf(comparison, alias, scope);
  if (seek !== undefined) return seek;
  const sources = new PathSources(scope);
  const { operator } = comparison;
  const isSearch = operator === "~" || operator === "!~";
  const left = sources.add(comparison.left, alias, false);
  const right = sources.add(comparison.right, alias, isSearch);
  const condition = comparisonCondition(comparison, left, right);
  if (sources.isEmpty) return condition;
  const isSingle = !comparison.left.isMany && !comparison.right.isMany;
  if (isSingle || comparison.isAny) {
    return isRejectingNull(comparison)
      ? sql`EXISTS (SELECT 1 ${sources.inner(condition)})`
      : sql`EXISTS (SELECT 1 ${sources.outer()} WHERE ${condition})`;
  }
  return sql`NOT EXISTS (SELECT 1 ${sources.outer()} WHERE (${condition}) IS NOT TRUE)`;
}

/**
 * An equality across relations, as a condition that an index of the relation
 * serves: `owner IN (SELECT id FROM users WHERE name = ?)`.
 */
function seekOf(
  comparison: ResolvedComparison,
  alias: string,
  scope: SqlScope,
): Sql | undefined {
  const { left, operator, right, isAny } = comparison;
  if (operator !== "=" || left.kind !== "path" || right.kind !== "constants") {
    return undefined;
  }
  const isOne = isAny || (!left.isMany && !right.isMany);
  const isPlain = (left.take === "value" || left.take === "lower") &&
    left.type !== "json" &&
    left.shownIf === undefined &&
    left.hops.every(({ isList }) => !isList);
  if (!isOne || !isPlain || right.values.some(isEmptyValue)) return undefined;
  if (left.hops.length === 0 && !right.isMany) return undefined;
  return seek(left, 0, alias, comparison, scope);
}

function seek(
  path: ResolvedPath,
  step: number,
  alias: string,
  comparison: ResolvedComparison,
  scope: SqlScope,
): Sql {
  const hop = path.hops[step];
  if (hop === undefined) {
    const column = columnSql(path, alias);
    const { right } = comparison;
    const values = right.kind === "constants" ? right.values : [];
    const [only = null] = values;
    if (values.length === 1) return sql`${column} = ${bound(only)}`;
    return sql`${column} IN (SELECT value FROM json_each(${listOf(values)}))`;
  }
  const next = scope.alias();
  const [from, to] = hop.isBack ? ["id", hop.field] : [hop.field, "id"];
  const rest = seek(path, step + 1, next, comparison, scope);
  const guard = scope.guarded(hop.collection, next);
  const where = guard === TRUE ? rest : sql`${rest} AND ${guard}`;
  return sql`${named(alias, from)} IN (SELECT ${named(next, to)} FROM ${
    named(hop.collection)
  } AS ${named(next)} WHERE ${where})`;
}
