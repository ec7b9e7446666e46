/**
 * Numbers of many records: how many, their sum, least, greatest and mean.
 *
 * @module
 */
import { type FilterSqlContext, scopeOf } from "./filter_sql.ts";
import { QueryError } from "./query_error.ts";
import { resolvePath } from "./resolve_path.ts";
import type { ResolvedPath } from "./resolved.ts";
import { valueSql } from "./sort.ts";
import { bound, joinSql, named, type Sql, sql } from "./sql.ts";

/** What is made of the values of a field, or of the records themselves. */
export type Aggregate =
  | { readonly kind: "count" }
  | {
    readonly kind: "sum" | "min" | "max" | "avg";
    /** The field, also across relations: `"points"`, `"owner.age"`. */
    readonly field: string;
  };

/** What is asked of many records. */
export interface AggregateRequest {
  /** What is returned, by the names that it is returned by. */
  readonly values: Readonly<Record<string, Aggregate>>;
  /**
   * The fields by whose values records are grouped. Each is returned by its path.
   * @default {[]}
   */
  readonly groupBy?: readonly string[] | undefined;
  /**
   * Groups at most, 1 to 1,000, in the order of their values.
   * @default {1000}
   */
  readonly limit?: number | undefined;
}

/** The most values and fields of an aggregate together. */
export const MAX_AGGREGATES = 32;
const MAX_GROUPS = 1_000;

/**
 * Returns the statement of an aggregate. Without groups it has one row, also where
 * there is no record: then a sum is 0, and what is least, greatest or the mean is
 * null. Sums and means are reckoned in doubles.
 *
 * @param condition What its records meet, for a statement that selects from the
 * table by its own name.
 * @throws {QueryError} if a field is not known or has no such value
 */
export function aggregateQuery(
  condition: Sql,
  request: AggregateRequest,
  context: FilterSqlContext,
): Sql {
  const { values, groupBy = [], limit = MAX_GROUPS } = request;
  const names = Object.entries(values);
  const count = names.length + groupBy.length;
  if (names.length === 0 || count > MAX_AGGREGATES) {
    throw wrong("limit", `${count} values`, `1 to ${MAX_AGGREGATES}`);
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_GROUPS) {
    throw wrong("limit", `the limit ${limit}`, `1 to ${MAX_GROUPS}`);
  }
  const scope = scopeOf(context);
  const { collection } = context;
  const groups = groupBy.map((path) =>
    valueSql(oneValue(path, context), collection, scope)
  );
  const columns = [
    ...groups.map((value, index) =>
      sql`${value} AS ${named(groupBy[index] ?? "")}`
    ),
    ...names.map(([name, aggregate]) => {
      checkName(name, groupBy);
      return sql`${aggregateSql(aggregate, context)} AS ${named(name)}`;
    }),
  ];
  const from = sql`SELECT ${joinSql(columns, ", ")} FROM ${
    named(collection)
  } WHERE ${condition}`;
  if (groups.length === 0) return from;
  const list = joinSql(groups, ", ");
  return sql`${from} GROUP BY ${list} ORDER BY ${list} LIMIT ${bound(limit)}`;
}

function aggregateSql(
  aggregate: Aggregate,
  context: FilterSqlContext,
): Sql {
  if (aggregate.kind === "count") return sql`count(*)`;
  const path = oneValue(aggregate.field, context);
  const isNumber = path.type === "number";
  const { kind } = aggregate;
  const isOrder = kind === "min" || kind === "max";
  if (!isNumber && (!isOrder || path.type === "json")) {
    throw wrong(
      "wrong_type",
      `${kind} of a field of type ${path.type}`,
      isOrder ? "a field whose values have an order" : "a field of numbers",
    );
  }
  const value = valueSql(path, context.collection, scopeOf(context));
  switch (kind) {
    case "sum":
      return sql`total(${value})`;
    case "avg":
      return sql`avg(${value})`;
    case "min":
      return sql`min(${value})`;
    case "max":
      return sql`max(${value})`;
  }
}

function oneValue(written: string, context: FilterSqlContext): ResolvedPath {
  const { schema, collection, isCaller } = context;
  const path = resolvePath({ path: written.split(".") }, {
    schema,
    collection,
    isCaller,
    part: "aggregate",
  });
  if (!path.isMany) return path;
  throw wrong("wrong_type", JSON.stringify(written), "a field of one value");
}

function checkName(name: string, groupBy: readonly string[]): void {
  if (!/^[A-Za-z]\w{0,62}$/.test(name) || groupBy.includes(name)) {
    throw wrong(
      "syntax",
      `the name ${JSON.stringify(name.slice(0, 40))}`,
      "a letter and up to 62 letters, digits and _, that no group has",
    );
  }
}

function wrong(
  code: "limit" | "wrong_type" | "syntax",
  found: string,
  expected: string,
): QueryError {
  return new QueryError({ part: "aggregate", code, found, expected });
}
