/**
 * The tables that a path goes through, and the values at its end.
 *
 * @module
 */
import { likePatternOf } from "./like.ts";
import type { Hop, ResolvedPath, ResolvedSide } from "./resolved.ts";
import { bound, joinSql, listOf, named, type Sql, sql, TRUE } from "./sql.ts";
import type { QuerySchema } from "./query_schema.ts";

/** One side of a comparison, as SQL has it. */
export interface SqlOperand {
  readonly value: Sql;
  /** Whether it is a column of the table itself, for which an index may serve. */
  readonly isPlain: boolean;
}

/** A table beside the one whose records are selected. */
interface Source {
  readonly table: Sql;
  readonly on: Sql;
}

/** What writers of SQL share: aliases that are used once, and the guard. */
export interface SqlScope {
  readonly schema: QuerySchema;
  /** Returns an alias that no one else has. */
  alias(): string;
  /** Returns what a record of the alias must meet to be seen. */
  guarded(collection: string, alias: string): Sql;
}

/**
 * Collects the tables that both sides of a comparison need. Where a path leads
 * to nothing its value is null, so that each record has at least one.
 */
export class PathSources {
  readonly #scope: SqlScope;
  readonly #sources: Source[] = [];

  constructor(scope: SqlScope) {
    this.#scope = scope;
  }

  /** Whether the comparison needs no other table. */
  get isEmpty(): boolean {
    return this.#sources.length === 0;
  }

  /**
   * Adds the tables of one side, and returns its value.
   *
   * @param isPattern Whether it is what `~` looks for, if it is no path.
   */
  add(side: ResolvedSide, alias: string, isPattern: boolean): SqlOperand {
    if (side.kind === "path") return this.#path(side, alias);
    const values = isPattern
      ? side.values.map((value) => likePatternOf(String(value)).text)
      : side.values;
    const [only = null] = values;
    if (!side.isMany) return { value: bound(only), isPlain: false };
    const list = this.#scope.alias();
    this.#sources.push({
      table: sql`json_each(${listOf(values)}) AS ${named(list)}`,
      on: TRUE,
    });
    return { value: named(list, "value"), isPlain: false };
  }

  /** Returns the tables, each row of them one that there is, and a condition. */
  inner(condition: Sql): Sql {
    const tables = joinSql(this.#sources.map(({ table }) => table), ", ");
    const conditions = this.#sources.map(({ on }) => on).filter((on) =>
      on !== TRUE
    );
    const where = joinSql([...conditions, condition], " AND ");
    return sql`FROM ${tables} WHERE ${where}`;
  }

  /** Returns the tables, with a row of nulls where there is none. */
  outer(): Sql {
    const tables = this.#sources.map(({ table, on }) => sql`${table} ON ${on}`);
    return sql`FROM (SELECT 1) LEFT JOIN ${joinSql(tables, " LEFT JOIN ")}`;
  }

  #path(path: ResolvedPath, root: string): SqlOperand {
    let alias = root;
    for (const hop of path.hops) alias = this.#hop(hop, alias);
    if (path.take === "each") {
      const list = this.#list(named(alias, path.field.name));
      return { value: named(list, "value"), isPlain: false };
    }
    return {
      value: columnSql(path, alias),
      isPlain: path.take === "value" && path.type !== "json" &&
        path.shownIf === undefined,
    };
  }

  #hop(hop: Hop, from: string): string {
    const alias = this.#scope.alias();
    const link = this.#link(hop, from, alias);
    const guard = this.#scope.guarded(hop.collection, alias);
    this.#sources.push({
      table: sql`${named(hop.collection)} AS ${named(alias)}`,
      on: guard === TRUE ? link : sql`${link} AND ${guard}`,
    });
    return alias;
  }

  #link({ field, isBack, isList }: Hop, from: string, to: string): Sql {
    const id = named(isBack ? from : to, "id");
    const column = named(isBack ? to : from, field);
    if (!isList) return sql`${id} = ${column}`;
    if (!isBack) return sql`${id} = ${named(this.#list(column), "value")}`;
    return sql`${id} IN (SELECT value FROM json_each(${column}))`;
  }

  #list(column: Sql): string {
    const alias = this.#scope.alias();
    this.#sources.push({
      table: sql`json_each(${column}) AS ${named(alias)}`,
      on: TRUE,
    });
    return alias;
  }
}

/** Returns the value of a field that is no list, in a table of an alias. */
export function columnSql(path: ResolvedPath, alias: string): Sql {
  const plain = named(alias, path.field.name);
  const column = path.shownIf === undefined
    ? plain
    : sql`iif(${named(alias, path.shownIf)}, ${plain}, NULL)`;
  if (path.type === "json") {
    return sql`json_extract(${column}, ${bound(jsonPathOf(path))})`;
  }
  if (path.take === "lower") return sql`lower(${column})`;
  return path.take === "length"
    ? sql`json_array_length(ifnull(${column}, '[]'))`
    : column;
}

/** A path of `json_extract`: names of letters, digits and `_`, and indexes. */
function jsonPathOf({ json }: ResolvedPath): string {
  return "$" +
    json.map((step) => typeof step === "number" ? `[${step}]` : `."${step}"`)
      .join("");
}
