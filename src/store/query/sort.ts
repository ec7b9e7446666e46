/**
 * The order of a list.
 *
 * @module
 */
import { type FilterSqlContext, scopeOf } from "./filter_sql.ts";
import { columnSql, PathSources, type SqlScope } from "./path_sql.ts";
import { QueryError } from "./query_error.ts";
import type { ValueType } from "./query_schema.ts";
import { resolvePath } from "./resolve_path.ts";
import type { ResolvedPath } from "./resolved.ts";
import { joinSql, named, type Sql, sql, TRUE } from "./sql.ts";

/** A term of an order, as it was written. */
export interface SortTerm {
  readonly path: readonly string[];
  readonly isDescending: boolean;
}

/** An order: terms of which the first counts most, or none that lasts. */
export type Sort = readonly SortTerm[] | "random";

/** A term whose value is at hand in SQL. */
export interface SortKey {
  readonly value: Sql;
  readonly isDescending: boolean;
  readonly type: ValueType;
  readonly isNullable: boolean;
  /** The field of the record whose value it is as it is kept, if it is one. */
  readonly field?: string | undefined;
}

/** The most terms of an order. */
export const MAX_SORT_TERMS = 8;
/** The longest term, in UTF-16 units. */
export const MAX_SORT_TERM_LENGTH = 255;

const TERM = /^([-+]?)(@?[A-Za-z_]\w*(?:\.\w+)*)$/;

/**
 * Returns the order that a text such as `-created,title` stands for: `-` is from
 * the greatest down, `@random` another order each time. An empty text is the order
 * of the ids.
 *
 * @throws {QueryError} if a term is none, or there are too many
 */
export function parseSort(text: string): Sort {
  if (text.trim() === "") return [];
  const terms: SortTerm[] = [];
  let position = 0;
  const parts = text.split(",");
  for (const part of parts) {
    const written = part.trim();
    const at = position + part.indexOf(written);
    const [, sign, name = ""] = TERM.exec(written) ?? [];
    if (sign === undefined || written.length > MAX_SORT_TERM_LENGTH) {
      throw wrong(at, written, "a field, such as -created or owner.name");
    }
    if (name.startsWith("@")) {
      if (name === "@random" && parts.length === 1) return "random";
      throw wrong(at, written, "@random alone, or a field");
    }
    terms.push({ path: name.split("."), isDescending: sign === "-" });
    position += part.length + 1;
  }
  if (terms.length > MAX_SORT_TERMS) {
    throw new QueryError({
      part: "sort",
      code: "limit",
      found: `${terms.length} terms`,
      expected: `at most ${MAX_SORT_TERMS}`,
    });
  }
  return terms;
}

/**
 * Returns the keys of an order, the last of them the id, so that no two records
 * are at the same place.
 *
 * @throws {QueryError} if a field is not known or has several values
 */
export function sortKeys(
  terms: readonly SortTerm[],
  context: FilterSqlContext,
): SortKey[] {
  const scope = scopeOf(context);
  const keys: SortKey[] = [];
  for (const term of terms) {
    keys.push(sortKey(term, context, scope));
    if (term.path.length === 1 && term.path[0] === "id") return keys;
  }
  keys.push({
    value: named(context.collection, "id"),
    isDescending: terms.at(-1)?.isDescending ?? false,
    type: "text",
    isNullable: false,
    field: "id",
  });
  return keys;
}

function sortKey(
  { path, isDescending }: SortTerm,
  context: FilterSqlContext,
  scope: SqlScope,
): SortKey {
  const { schema, collection, isCaller } = context;
  const resolved = resolvePath({ path }, {
    schema,
    collection,
    isCaller,
    part: "sort",
  });
  if (resolved.isMany) {
    throw new QueryError({
      part: "sort",
      code: "wrong_type",
      found: JSON.stringify(path.join(".")),
      expected: "a field of one value",
    });
  }
  const isColumn = resolved.hops.length === 0 && resolved.take === "value" &&
    resolved.type !== "json" && resolved.shownIf === undefined;
  return {
    value: valueSql(resolved, collection, scope),
    field: isColumn ? resolved.field.name : undefined,
    isDescending,
    type: resolved.type,
    isNullable: resolved.hops.length > 0 || resolved.field.isNullable ||
      resolved.shownIf !== undefined || resolved.json.length > 0,
  };
}

/** Returns the one value of a path, in a table of an alias. */
export function valueSql(
  path: ResolvedPath,
  alias: string,
  scope: SqlScope,
): Sql {
  if (path.hops.length === 0) return columnSql(path, alias);
  const sources = new PathSources(scope);
  const { value } = sources.add(path, alias, false);
  return sql`(SELECT ${value} ${sources.inner(TRUE)})`;
}

/** Returns what stands behind `ORDER BY`. */
export function orderSql(keys: readonly SortKey[]): Sql {
  return joinSql(
    keys.map(({ value, isDescending }) =>
      isDescending ? sql`${value} DESC` : value
    ),
    ", ",
  );
}

function wrong(position: number, found: string, expected: string): QueryError {
  return new QueryError({
    part: "sort",
    code: "syntax",
    position,
    found: JSON.stringify(found.slice(0, 40)),
    expected,
  });
}
