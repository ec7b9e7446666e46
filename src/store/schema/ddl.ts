/**
 * The SQL that makes the tables and indexes of collections.
 *
 * @module
 */
import type { Collection, CollectionIndex } from "./collection.ts";
import { quoted, tableColumns } from "./columns.ts";

/** What the indexes that a store makes begin with, in their names. */
export const INDEX_PREFIXES: readonly ["index_", "unique_"] = [
  "index_",
  "unique_",
];

/** An index with its SQL. */
export interface IndexDdl {
  readonly name: string;
  readonly sql: string;
  readonly fields: readonly string[];
  readonly isUnique: boolean;
}

/** A table with its SQL. */
export interface TableDdl {
  readonly name: string;
  readonly sql: string;
  readonly columns: readonly {
    readonly name: string;
    readonly definition: string;
    readonly isAddable: boolean;
    readonly isGenerated: boolean;
  }[];
  readonly indexes: readonly IndexDdl[];
}

/** Returns the SQL of the table of a collection and of its indexes. */
export function tableDdl(collection: Collection): TableDdl {
  const { name } = collection;
  const columns = tableColumns(collection);
  return {
    name,
    sql: `CREATE TABLE ${quoted(name)} (${
      columns.map(({ definition }) => definition).join(", ")
    }) STRICT`,
    columns: columns.map(({ name, definition, isAddable, isGenerated }) => ({
      name,
      definition,
      isAddable,
      isGenerated,
    })),
    indexes: indexesOf(collection).map((index) => indexDdl(name, index)),
  };
}

/** Returns the indexes that are listed, and one for each relation that has none. */
function indexesOf({ fields, indexes }: Collection): CollectionIndex[] {
  const all = [...indexes];
  for (const [name, field] of Object.entries(fields)) {
    if (field.kind !== "relation" || field.max > 1) continue;
    // Otherwise each delete of what it points to would read the whole table.
    if (!all.some((index) => index.fields[0] === name)) {
      all.push({ fields: [name] });
    }
  }
  return all;
}

/** Returns an index of a table with its SQL. */
export function indexDdl(
  table: string,
  { fields, isUnique = false }: CollectionIndex,
): IndexDdl {
  const [plain, unique] = INDEX_PREFIXES;
  const name = `${isUnique ? unique : plain}${[table, ...fields].join("_")}`;
  const sql = `CREATE ${isUnique ? "UNIQUE " : ""}INDEX ${quoted(name)} ON ${
    quoted(table)
  } (${fields.map(quoted).join(", ")})`;
  return { name, sql, fields, isUnique };
}
