/**
 * Records in SQLite and in memory at once.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type {
  PredicateRecord,
  RelatedRecords,
} from "../../../../src/store/query/filter_predicate.ts";
import type { Sql, SqlValue } from "../../../../src/store/query/sql.ts";
import type { Collection } from "../../../../src/store/schema/collection.ts";
import {
  type ColumnType,
  tableColumns,
} from "../../../../src/store/schema/columns.ts";
import { tableDdl } from "../../../../src/store/schema/ddl.ts";
import { SCHEMA } from "./sample_schema.ts";

/** Records by the names of their collections. */
export type Records = Readonly<Record<string, readonly PredicateRecord[]>>;

/** A database of collections with their records, and the same in memory. */
export class SampleStore implements Disposable, RelatedRecords {
  readonly #database = new DatabaseSync(":memory:", {
    // Some tests leave out what relations point to.
    enableForeignKeyConstraints: false,
  });
  readonly #records: Records;

  constructor(collections: readonly Collection[], records: Records) {
    this.#records = records;
    for (const collection of collections) {
      const { name } = collection;
      const { sql, indexes } = tableDdl(collection);
      for (const one of [sql, ...indexes.map(({ sql }) => sql)]) {
        this.#database.exec(one);
      }
      const columns = tableColumns(collection).filter(({ isHidden }) =>
        !isHidden
      );
      const names = columns.map(({ name }) => `"${name}"`).join(", ");
      const marks = columns.map(() => "?").join(", ");
      const insert = this.#database.prepare(
        `INSERT INTO "${name}" (${names}) VALUES (${marks})`,
      );
      for (const record of records[name] ?? []) {
        insert.run(
          ...columns.map(({ name, type }) =>
            collection.fields[name]?.kind === "json"
              ? jsonOf(record[name])
              : stored(record[name], type)
          ),
        );
      }
    }
  }

  /** The rows of a statement; integers that a double does not hold are bigints. */
  rows({ sql, values }: Sql): Record<string, SqlValue>[] {
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all(...values).map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, readable(value)]),
      )
    );
  }

  /** The ids that a condition selects. */
  ids(collection: string, condition: Sql): string[] {
    return this.rows({
      sql:
        `SELECT "id" FROM "${collection}" WHERE ${condition.sql} ORDER BY "id"`,
      values: condition.values,
    }).map((row) => String(row["id"]));
  }

  /** What SQLite does for a statement, a line a step. */
  plan({ sql, values }: Sql): string[] {
    return this.rows({ sql: `EXPLAIN QUERY PLAN ${sql}`, values }).map((row) =>
      String(row["detail"])
    );
  }

  /** The records of a collection. */
  all(collection: string): readonly PredicateRecord[] {
    return this.#records[collection] ?? [];
  }

  get(collection: string, id: string): PredicateRecord | undefined {
    return this.all(collection).find((record) => record["id"] === id);
  }

  referring(collection: string, field: string, id: string): PredicateRecord[] {
    return this.all(collection).filter((record) => {
      const value = record[field];
      return Array.isArray(value) ? value.includes(id) : value === id;
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function readable(value: unknown): SqlValue {
  if (typeof value !== "bigint") return value as SqlValue;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function stored(value: unknown, type: ColumnType): SqlValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (type === "INTEGER") return BigInt(Number(value));
  return type === "REAL" ? Number(value) : textOf(value);
}

function jsonOf(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Returns the record of a row of a sample collection. */
export function recordOf(
  collection: string,
  row: Readonly<Record<string, unknown>>,
): PredicateRecord {
  const fields = SCHEMA.get(collection)?.fields;
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const field = fields?.get(name);
      if (field === undefined || value === null) return [name, value];
      if (field.isMany || field.type === "json") {
        return [name, JSON.parse(String(value))];
      }
      return [name, field.type === "boolean" ? value === 1 : value];
    }),
  );
}
