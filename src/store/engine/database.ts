/**
 * One connection to the file of a store, on the thread that blocks for it.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { SqlValue, Statement } from "./engine.ts";
import { failing } from "./failure.ts";
import type { ReadCall, RowSet, Values } from "./protocol.ts";

/** Statements that are kept, at most: those that were prepared last. */
const MAX_STATEMENTS = 500;
/** KiB of pages that are kept in memory. */
const CACHE_KIB = 16_384;

/** A statement that returns rows as arrays, which the types do not know yet. */
interface ArrayStatement {
  setReturnArrays(isOn: boolean): void;
  setReadBigInts(isOn: boolean): void;
  columns(): readonly { readonly name: string }[];
  get(...values: SqlValue[]): Values | undefined;
  all(...values: SqlValue[]): Values[];
  run(...values: SqlValue[]): { readonly changes: number | bigint };
}

function isArrayStatement(statement: object): statement is ArrayStatement {
  return "setReturnArrays" in statement;
}

/** A statement whose rows are arrays. */
export class Prepared {
  readonly columns: readonly string[];
  readonly #statement: ArrayStatement;

  constructor(database: DatabaseSync, sql: string) {
    const statement: object = database.prepare(sql);
    if (!isArrayStatement(statement)) {
      throw failing("sql", "node:sqlite cannot return arrays, update Deno");
    }
    statement.setReturnArrays(true);
    // Otherwise a whole number that is not safe as `number` is an error.
    statement.setReadBigInts(true);
    this.#statement = statement;
    this.columns = statement.columns().map(({ name }) => name);
  }

  /** Returns the first row. */
  get(...values: SqlValue[]): Values | undefined {
    const row = this.#statement.get(...values);
    return row && narrowed(row);
  }

  /** Returns all rows. */
  all(...values: SqlValue[]): readonly Values[] {
    return this.#statement.all(...values).map(narrowed);
  }

  /** Runs it, and returns how many rows it has changed. */
  run(...values: SqlValue[]): number {
    return Number(this.#statement.run(...values).changes);
  }
}

/** Makes numbers of the bigints of a row that are safe as one. */
function narrowed(row: Values): Values {
  if (!row.some((value) => typeof value === "bigint")) return row;
  return row.map((value) => {
    if (typeof value !== "bigint") return value;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  });
}

/** What reads rows as a query can be part of another, which limits it. */
const QUERY = /^\s*(SELECT|WITH|VALUES)\b/i;

/** A read, and whether it has a limit. */
interface LimitedQuery {
  readonly prepared: Prepared;
  readonly isQuery: boolean;
}

/** Makes room for one more. */
function forgetOldest(kept: Map<string, unknown>): void {
  if (kept.size < MAX_STATEMENTS) return;
  for (const [oldest] of kept) {
    kept.delete(oldest);
    return;
  }
}

/** A connection with the statements that it has prepared. */
export class Database {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Prepared>();
  /** The statements of reads, by the SQL without the limit. */
  readonly #queries = new Map<string, LimitedQuery>();

  constructor(path: string, busyMs: number, readOnly: boolean) {
    this.path = path;
    this.#database = new DatabaseSync(path, {
      readOnly,
      timeout: busyMs,
      allowExtension: false,
      enableDoubleQuotedStringLiterals: false,
    });
    this.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA trusted_schema = OFF`);
  }

  /** The connection itself, for what has no method here. */
  get raw(): DatabaseSync {
    return this.#database;
  }

  /** Whether a transaction is open. */
  get isInTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** Runs statements without values and without rows. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Returns the prepared statement of a text of SQL. */
  prepare(sql: string): Prepared {
    let prepared = this.#statements.get(sql);
    if (prepared !== undefined) return prepared;
    prepared = new Prepared(this.#database, sql);
    forgetOldest(this.#statements);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  /** Forgets all statements, as the tables have changed. */
  forget(): void {
    this.#statements.clear();
    this.#queries.clear();
  }

  /** Reads rows up to a limit, and fails if there are more. */
  read({ sql, values, maxRows }: ReadCall): RowSet {
    const { prepared, isQuery } = this.#query(sql);
    const rows = isQuery
      ? prepared.all(...values, BigInt(maxRows) + 1n)
      : prepared.all(...values);
    if (rows.length > maxRows) {
      throw failing(
        "too_many_rows",
        `there are more than ${maxRows} rows, read them in pages`,
      );
    }
    return { columns: prepared.columns, rows };
  }

  /** Returns the statement of a read, with a limit around it if it can have one. */
  #query(sql: string): LimitedQuery {
    let query = this.#queries.get(sql);
    if (query !== undefined) return query;
    const isQuery = QUERY.test(sql);
    const limited = isQuery ? `SELECT * FROM (${sql}\n) LIMIT ?` : sql;
    query = { prepared: new Prepared(this.#database, limited), isQuery };
    forgetOldest(this.#queries);
    this.#queries.set(sql, query);
    return query;
  }

  /** Runs a statement, which may return rows. */
  run({ sql, values }: Statement): { rows: RowSet | null; changed: number } {
    const prepared = this.prepare(sql);
    if (prepared.columns.length === 0) {
      return { rows: null, changed: prepared.run(...values) };
    }
    const rows = prepared.all(...values);
    return {
      rows: { columns: prepared.columns, rows },
      changed: rows.length,
    };
  }

  /** Returns the first value of the first row. */
  value(sql: string): SqlValue | undefined {
    return new Prepared(this.#database, sql).get()?.[0];
  }

  /** Closes the connection to the file, unless it is closed. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}
