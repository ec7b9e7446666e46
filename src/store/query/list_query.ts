/**
 * From a list that is asked for to SQL, and from its rows to a page.
 *
 * @module
 */
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { FilterSqlContext } from "./filter_sql.ts";
import { QueryError } from "./query_error.ts";
import type { QueryCollection } from "./query_schema.ts";
import { collectionOf } from "./resolve_path.ts";
import {
  orderSql,
  type Sort,
  type SortKey,
  sortKeys,
  type SortTerm,
} from "./sort.ts";
import { bound, joinSql, named, type Sql, sql, type SqlValue } from "./sql.ts";
import type { SqlScalar } from "./values.ts";

/** The most records of a page. */
export const MAX_PAGE_LIMIT = 1_000;
/** The most records that may be left out before a page. */
export const MAX_PAGE_OFFSET = 10_000_000;

/** A page of a list. */
export interface PageRequest {
  readonly sort: Sort;
  /** Records at most, 1 to 1,000. */
  readonly limit: number;
  /**
   * Records that are left out before it. Each is read all the same, and one that
   * is inserted meanwhile moves the page.
   * @default {0}
   */
  readonly offset?: number | undefined;
  /** The cursor of the page before: the page begins behind it. */
  readonly after?: string | undefined;
  /** The fields that are read. Default: all. */
  readonly fields?: readonly string[] | undefined;
}

/** A row as SQLite returns it. */
export type ListRow = Readonly<Record<string, unknown>>;

/** A list that is ready to be read. */
export interface ListQuery {
  readonly statement: Sql;
  /** Returns a row without the keys of the order. */
  rowOf(row: ListRow): ListRow;
  /** Returns the cursor behind a row, or undefined for a random order. */
  cursorOf(row: ListRow): string | undefined;
}

/**
 * Returns the statement of a page.
 *
 * @param condition What its records meet, for a statement that selects from the
 * table by its own name.
 * @throws {QueryError} if the sort or the cursor does not fit
 */
export function listQuery(
  condition: Sql,
  page: PageRequest,
  context: FilterSqlContext,
): ListQuery {
  const { collection } = context;
  const { sort, limit, offset = 0, after } = page;
  checkPageLimit(limit);
  checkWhole("offset", offset, 0, MAX_PAGE_OFFSET);
  const columns = columnsSql(context, page.fields);
  const from = sql`FROM ${named(collection)} WHERE ${condition}`;
  const end = sql`LIMIT ${bound(limit)} OFFSET ${bound(offset)}`;
  if (sort === "random") {
    if (after !== undefined) throw randomAfter();
    return {
      statement: sql`SELECT ${columns} ${from} ORDER BY random() ${end}`,
      rowOf: (row) => row,
      cursorOf: () => undefined,
    };
  }
  const keys = sortKeys(sort, context);
  const behind = after === undefined
    ? undefined
    : behindSql(keys, decodeCursor(after, collection, sort, keys));
  const where = behind === undefined ? from : sql`${from} AND ${behind}`;
  const names = keys.map(({ field }, index) =>
    field !== undefined && hasField(field, page.fields) ? field : `_key${index}`
  );
  const added = names.filter((name) => name.startsWith("_"));
  const selected = keys.flatMap(({ value }, index) => {
    const name = names[index] ?? "";
    return added.includes(name) ? [sql`${value} AS ${named(name)}`] : [];
  });
  return {
    statement: sql`SELECT ${
      joinSql([columns, ...selected], ", ")
    } ${where} ORDER BY ${orderSql(keys)} ${end}`,
    rowOf: added.length === 0 ? (row) => row : (row) => without(row, added),
    cursorOf: (row) => cursorOf(row, names, collection, sort),
  };
}

/** Returns the statement that counts the records that meet a condition. */
export function countQuery(condition: Sql, collection: string): Sql {
  return sql`SELECT count(*) AS "count" FROM ${
    named(collection)
  } WHERE ${condition}`;
}

/** Returns the statement of one record that meets a condition. */
export function recordQuery(
  id: string,
  condition: Sql,
  context: FilterSqlContext,
): Sql {
  const { collection } = context;
  return sql`SELECT ${columnsSql(context)} FROM ${named(collection)} WHERE ${
    named(collection, "id")
  } = ${bound(id)} AND ${condition}`;
}

/** All columns of each collection, which most reads ask for. */
const allColumns = new WeakMap<QueryCollection, Sql>();

/** Returns the columns of a collection, but those that are secret. */
export function columnsSql(
  { schema, collection }: FilterSqlContext,
  fields?: readonly string[],
): Sql {
  const queried = collectionOf(collection, schema);
  const known = fields === undefined ? allColumns.get(queried) : undefined;
  if (known !== undefined) return known;
  const names = [...queried.fields.keys()];
  const of = (some: readonly string[]) =>
    joinSql(some.map((name) => named(collection, name)), ", ");
  if (fields !== undefined) {
    return of(names.filter((name) => name === "id" || fields.includes(name)));
  }
  const all = of(names);
  allColumns.set(queried, all);
  return all;
}

/**
 * Returns the condition of what comes behind a place. It is
 * `a > ? OR (a IS ? AND (b > ? OR …))`, and where it can with `a >= ?` before it,
 * so that an index begins there.
 */
function behindSql(
  keys: readonly SortKey[],
  values: readonly SqlScalar[],
): Sql {
  let behind: Sql | undefined;
  for (let index = keys.length - 1; index >= 0; index--) {
    const key = keys[index];
    const value = values[index] ?? null;
    if (key === undefined) continue;
    const beyond = beyondSql(key, value);
    const atIt = value === null
      ? sql`${key.value} IS NULL`
      : sql`${key.value} = ${bound(value)}`;
    if (behind === undefined) behind = beyond ?? sql`FALSE`;
    else if (beyond === undefined) behind = sql`(${atIt} AND ${behind})`;
    else behind = sql`(${beyond} OR (${atIt} AND ${behind}))`;
  }
  const [first] = keys;
  const [start = null] = values;
  if (behind === undefined || first === undefined) return sql`TRUE`;
  if (start === null || (first.isDescending && first.isNullable)) return behind;
  return first.isDescending
    ? sql`(${first.value} <= ${bound(start)} AND ${behind})`
    : sql`(${first.value} >= ${bound(start)} AND ${behind})`;
}

/** Null is before all values, so that it is behind them from the greatest down. */
function beyondSql(
  { value: key, isDescending, isNullable }: SortKey,
  value: SqlScalar,
): Sql | undefined {
  if (value === null) {
    return isDescending ? undefined : sql`${key} IS NOT NULL`;
  }
  if (!isDescending) return sql`${key} > ${bound(value)}`;
  return isNullable
    ? sql`(${key} < ${bound(value)} OR ${key} IS NULL)`
    : sql`${key} < ${bound(value)}`;
}

/** Returns whether a field of the record is read, whose value is a key then. */
function hasField(name: string, fields: readonly string[] | undefined) {
  return name === "id" || fields === undefined || fields.includes(name);
}

function cursorOf(
  row: ListRow,
  names: readonly string[],
  collection: string,
  terms: readonly SortTerm[],
): string {
  const keys = names.map((name): SqlValue => {
    const value = row[name];
    return typeof value === "string" || typeof value === "number" ||
        typeof value === "bigint"
      ? value
      : null;
  });
  return encodeCursor(collection, terms, keys);
}

function without(row: ListRow, names: readonly string[]): ListRow {
  // Lists have many rows, and making an object of entries takes five times as long.
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(row)) {
    if (!names.includes(name)) kept[name] = row[name];
  }
  return kept;
}

/**
 * Checks how many records a page has.
 *
 * @throws {QueryError} if it is not a whole number from 1 to 1,000.
 */
export function checkPageLimit(limit: number): void {
  checkWhole("limit", limit, 1, MAX_PAGE_LIMIT);
}

function checkWhole(
  name: string,
  value: number,
  min: number,
  max: number,
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new QueryError({
    part: "limit",
    code: "limit",
    found: `the ${name} ${value}`,
    expected: `a whole number from ${min} to ${max}`,
  });
}

function randomAfter(): QueryError {
  return new QueryError({
    part: "after",
    code: "unsupported",
    found: "a cursor beside @random",
    expected: "left out: that order does not last",
  });
}
