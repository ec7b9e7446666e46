/**
 * The columns of a collection: how its fields are kept in a table.
 *
 * True and false are the integers 1 and 0; arrays and JSON are text; moments are
 * text that sorts as time does. A field that is not required is null where it
 * has no value, but for true and false and for arrays, which are `0` and `[]`.
 *
 * @module
 */
import type { Collection } from "./collection.ts";
import { type Field, isMany } from "./field.ts";

/** How SQLite keeps the values of a column. */
export type ColumnType = "TEXT" | "INTEGER" | "REAL";

/** A column of the table of a collection. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Whether no value may be null. */
  readonly isRequired: boolean;
  /** Whether SQLite makes its values. */
  readonly isGenerated: boolean;
  /** Whether no record shows it, and no change log has it. */
  readonly isHidden: boolean;
  /** The definition in SQL. */
  readonly definition: string;
  /** Whether it can be added to a table that has rows. */
  readonly isAddable: boolean;
}

/** Puts the name of a collection or field, which was checked, into SQL. */
export function quoted(name: string): string {
  return `"${name}"`;
}

const cache = new WeakMap<Collection, readonly Column[]>();

/** Returns all columns of a collection, generated and hidden ones included. */
export function tableColumns(collection: Collection): readonly Column[] {
  let columns = cache.get(collection);
  if (columns === undefined) cache.set(collection, columns = made(collection));
  return columns;
}

const byIds = new WeakMap<Collection, string>();

/** Returns the SQL of one record by its id, without hidden columns. */
export function selectById(collection: Collection): string {
  let sql = byIds.get(collection);
  if (sql !== undefined) return sql;
  const columns = tableColumns(collection)
    .filter(({ isHidden }) => !isHidden)
    .map(({ name }) => quoted(name)).join(", ");
  sql = `SELECT ${columns} FROM ${quoted(collection.name)} WHERE "id" = ?`;
  byIds.set(collection, sql);
  return sql;
}

function made({ kind, fields }: Collection): Column[] {
  const columns = [
    column("id", "TEXT", "NOT NULL PRIMARY KEY", { isRequired: true }),
    column("created", "TEXT", "NOT NULL", { isRequired: true }),
    column("updated", "TEXT", "NOT NULL", { isRequired: true }),
  ];
  for (const [name, field] of Object.entries(fields)) {
    const one = columnOf(name, field);
    if (one !== undefined) columns.push(one);
  }
  if (kind === "auth") {
    for (const name of ["passwordHash", "tokenKey"]) {
      columns.push(column(name, "TEXT", "NOT NULL DEFAULT ''", {
        isRequired: true,
        isHidden: true,
        isAddable: true,
      }));
    }
  }
  return columns;
}

function columnOf(name: string, field: Field): Column | undefined {
  switch (field.kind) {
    case "computed":
      return undefined;
    case "generated": {
      const sql = `GENERATED ALWAYS AS (${field.expression}) VIRTUAL`;
      const type = field.type === "number"
        ? "REAL"
        : field.type === "text"
        ? "TEXT"
        : "INTEGER";
      return column(name, type, sql, { isGenerated: true, isAddable: true });
    }
    case "bool":
      return column(name, "INTEGER", "NOT NULL DEFAULT 0", {
        isRequired: true,
        isAddable: true,
      });
    case "number":
      return plain(name, "REAL", field);
    case "integer":
      return plain(name, "INTEGER", field);
    case "relation":
      if (field.max > 1) break;
      return plain(
        name,
        "TEXT",
        field,
        // What is deleted with it is deleted first, and has its changes.
        ` REFERENCES ${
          quoted(field.target)
        } ("id") DEFERRABLE INITIALLY DEFERRED`,
      );
  }
  if (!isMany(field)) return plain(name, "TEXT", field);
  return column(name, "TEXT", "NOT NULL DEFAULT '[]'", {
    isRequired: true,
    isAddable: field.presence !== "required",
  });
}

function plain(
  name: string,
  type: ColumnType,
  { presence }: Field,
  more = "",
): Column {
  const isRequired = presence === "required";
  return column(name, type, `${isRequired ? "NOT NULL" : ""}${more}`.trim(), {
    isRequired,
    isAddable: !isRequired,
  });
}

function column(
  name: string,
  type: ColumnType,
  sql: string,
  flags: Partial<
    Pick<Column, "isRequired" | "isGenerated" | "isHidden" | "isAddable">
  >,
): Column {
  return {
    name,
    type,
    isRequired: false,
    isGenerated: false,
    isHidden: false,
    isAddable: false,
    ...flags,
    definition: `${quoted(name)} ${type}${sql === "" ? "" : ` ${sql}`}`,
  };
}
