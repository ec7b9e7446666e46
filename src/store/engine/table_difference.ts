/**
 * Compares the tables of a file with those of the collections. What loses
 * nothing and can fail for no row is done: a new table, a column that may be
 * empty, an index. For all else it says which SQL is needed.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { reasonOf } from "../../checks/internal.ts";
import { INDEX_PREFIXES, type IndexDdl, type TableDdl } from "../schema/ddl.ts";
import type { Database } from "./database.ts";
import { FailureError } from "./failure.ts";

/** A table as SQLite describes it. */
interface TableFacts {
  /** What each column is, by its name. */
  readonly columns: ReadonlyMap<string, string>;
  readonly sql: string;
  /** What each index is, by its name. */
  readonly indexes: ReadonlyMap<string, string>;
}

/**
 * Makes tables, columns and indexes that are missing, in the transaction that is
 * open.
 *
 * @throws {FailureError} if a migration is needed.
 */
export function compareTables(
  database: Database,
  wanted: readonly TableDdl[],
): void {
  const model = new DatabaseSync(":memory:");
  try {
    const steps: string[] = [];
    // What is wanted refers to each other, and to be right needs no rows.
    for (const { sql, indexes } of wanted) {
      model.exec(sql);
      for (const index of indexes) model.exec(index.sql);
    }
    const existing = tablesOf(database.raw, wanted);
    for (const table of wanted) {
      if (!existing.delete(table.name)) create(database, table, steps);
      else compareTable(database, model, table, steps);
    }
    for (const name of existing) {
      steps.push(`DROP TABLE "${name}"; -- no collection has this name`);
    }
    if (steps.length === 0) return;
    throw new FailureError({
      kind: "schema",
      text:
        `its tables are not those of the collections, add to the option migrations one, { name, up: [SQL, …] }, that does:\n${
          steps.join("\n")
        }`,
      steps,
    });
  } finally {
    model.close();
  }
}

/**
 * The tables that are of collections, or were: names with `_` first are of the
 * store itself, and of a collection only if it is one that the store has.
 */
function tablesOf(
  database: DatabaseSync,
  wanted: readonly TableDdl[],
): Set<string> {
  const collections = new Set(wanted.map(({ name }) => name));
  const names = database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table'",
  ).all().map(({ name }) => String(name));
  return new Set(
    names.filter((name) => collections.has(name) || !/^(_|sqlite_)/.test(name)),
  );
}

function create(
  database: Database,
  { sql, indexes }: TableDdl,
  steps: string[],
): void {
  database.exec(sql);
  for (const index of indexes) createIndex(database, index, steps);
}

function createIndex(
  database: Database,
  { name, sql, isUnique }: IndexDdl,
  steps: string[],
): void {
  try {
    database.exec(sql);
  } catch (error) {
    if (!isUnique) throw error;
    steps.push(
      `${sql}; -- ${name} cannot be made while records have the same values (${
        reasonOf(error)
      })`,
    );
  }
}

function compareTable(
  database: Database,
  model: DatabaseSync,
  table: TableDdl,
  steps: string[],
): void {
  const { name } = table;
  const is = factsOf(database.raw, name);
  const wanted = factsOf(model, name);
  const left = new Set(is.columns.keys());
  let isRebuilt = false;
  for (const column of table.columns) {
    const fact = is.columns.get(column.name);
    left.delete(column.name);
    if (fact === undefined) {
      const sql = `ALTER TABLE "${name}" ADD COLUMN ${column.definition}`;
      if (column.isAddable) database.exec(sql);
      else {
        steps.push(
          `${sql} DEFAULT …; -- ${column.name} is required, and records that there are need a value`,
        );
      }
      continue;
    }
    const isSame = fact === wanted.columns.get(column.name) &&
      (!column.isGenerated || is.sql.includes(column.definition));
    if (!isSame && !isRebuilt) {
      isRebuilt = true;
      steps.push(...rebuild(table, is, column.name));
    }
  }
  for (const column of left) {
    steps.push(
      `ALTER TABLE "${name}" DROP COLUMN "${column}"; -- no field has this name`,
    );
  }
  compareIndexes(database, table, is, wanted, steps);
}

/** The steps in which SQLite changes a column: a new table takes its place. */
function rebuild(
  { name, sql, columns }: TableDdl,
  is: TableFacts,
  changed: string,
): string[] {
  const kept = columns.filter((column) =>
    !column.isGenerated && is.columns.has(column.name)
  ).map((column) => `"${column.name}"`).join(", ");
  return [
    `${
      sql.replace(`CREATE TABLE "${name}"`, `CREATE TABLE "new_${name}"`)
    }; -- ${changed} is another kind of field now`,
    `INSERT INTO "new_${name}" (${kept}) SELECT ${kept} FROM "${name}";`,
    `DROP TABLE "${name}";`,
    `ALTER TABLE "new_${name}" RENAME TO "${name}";`,
  ];
}

/** Makes the indexes that are missing, and removes those that are not wanted. */
function compareIndexes(
  database: Database,
  table: TableDdl,
  is: TableFacts,
  wanted: TableFacts,
  steps: string[],
): void {
  const left = new Map(is.indexes);
  for (const index of table.indexes) {
    const fact = left.get(index.name);
    left.delete(index.name);
    if (fact === wanted.indexes.get(index.name)) continue;
    if (fact !== undefined) database.exec(`DROP INDEX "${index.name}"`);
    // The column that it needs may be missing, which is said already.
    const hasColumns = index.fields.every((field) =>
      factsOf(database.raw, table.name).columns.has(field)
    );
    if (hasColumns) createIndex(database, index, steps);
  }
  for (const name of left.keys()) {
    // Those that were made by hand stay.
    const isOurs = INDEX_PREFIXES.some((prefix) =>
      name.startsWith(`${prefix}${table.name}_`)
    );
    if (isOurs) database.exec(`DROP INDEX "${name}"`);
  }
}

function factsOf(database: DatabaseSync, table: string): TableFacts {
  const references = new Map(
    database.prepare("SELECT * FROM pragma_foreign_key_list(?)").all(table)
      .map((key) => [key.from, `${key.table} ${key.to} ${key.on_delete}`]),
  );
  const columns = database.prepare("SELECT * FROM pragma_table_xinfo(?)")
    .all(table).map((one): [string, string] => [
      String(one.name),
      JSON.stringify([
        one.type,
        one.notnull,
        one.dflt_value,
        one.pk,
        one.hidden,
        references.get(one.name) ?? null,
      ]),
    ]);
  const indexes = database.prepare(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
  ).all(table).map((one): [string, string] => [
    String(one.name),
    String(one.sql),
  ]);
  const sql = database.prepare(
    "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?",
  ).get(table)?.sql;
  return {
    columns: new Map(columns),
    indexes: new Map(indexes),
    sql: String(sql),
  };
}
