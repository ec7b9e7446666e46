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
import type {
  QueryField,
  QuerySchema,
} from "../../../../src/store/query/query_schema.ts";
import type { Sql, SqlValue } from "../../../../src/store/query/sql.ts";
import { SCHEMA } from "./sample_schema.ts";

/** Records by the names of their collections. */
export type Records = Readonly<Record<string, readonly PredicateRecord[]>>;

/** A database of a schema with its records, and the same in memory. */
export class SampleStore implements Disposable, RelatedRecords {
  readonly #database = new DatabaseSync(":memory:");
  readonly #records: Records;

  constructor(schema: QuerySchema, records: Records) {
    this.#records = records;
    for (const [name, { fields, indexes }] of schema) {
      const columns = [...fields.values()];
      const declared = columns.map((field) =>
        `"${field.name}" ${columnType(field)}`
      );
      this.#database.exec(
        `CREATE TABLE "${name}" (${
          declared.join(", ")
        }, PRIMARY KEY ("id")) STRICT`,
      );
      for (const { fields, isUnique } of indexes) {
        const list = fields.map((field) => `"${field}"`).join(", ");
        this.#database.exec(
          `CREATE ${isUnique ? "UNIQUE " : ""}INDEX "${name}_${
            fields.join("_")
          }" ON "${name}" (${list})`,
        );
      }
      const marks = columns.map(() => "?").join(", ");
      const insert = this.#database.prepare(
        `INSERT INTO "${name}" VALUES (${marks})`,
      );
      for (const record of records[name] ?? []) {
        insert.run(
          ...columns.map((field) => stored(record[field.name], field)),
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

function columnType({ name, type, isMany }: QueryField): string {
  if (isMany) return "TEXT";
  switch (type) {
    case "number":
      return name === "rank" || name === "age" ? "INTEGER" : "REAL";
    case "boolean":
      return "INTEGER";
    default:
      return "TEXT";
  }
}

function stored(value: unknown, field: QueryField): SqlValue {
  if (value === undefined || value === null) return null;
  if (field.isMany || field.type === "json") return JSON.stringify(value);
  if (typeof value === "boolean") return value ? 1n : 0n;
  const isInteger = typeof value === "number" &&
    columnType(field) === "INTEGER";
  return isInteger ? BigInt(value) : value as SqlValue;
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
