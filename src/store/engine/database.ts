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
  #asBigInts: boolean;

  /** @param asBigInts Whether whole numbers are read as bigints at first. */
  constructor(database: DatabaseSync, sql: string, asBigInts = true) {
    const statement: object = database.prepare(sql);
    if (!isArrayStatement(statement)) {
      throw failing("sql", "node:sqlite cannot return arrays, update Deno");
    }
    statement.setReturnArrays(true);
    // Otherwise a whole number that is not safe as `number` is an error.
    statement.setReadBigInts(asBigInts);
    this.#asBigInts = asBigInts;
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

  /** Returns all rows of what changes nothing, so that it can be read twice. */
  read(...values: SqlValue[]): readonly Values[] {
    if (this.#asBigInts) return this.all(...values);
    try {
      return this.#statement.all(...values);
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      this.#asBigInts = true;
      this.#statement.setReadBigInts(true);
      return this.all(...values);
    }
  }

  /** Runs it, and returns how many rows it has changed. */
  run(...values: SqlValue[]): number {
    return Number(this.#statement.run(...values).changes);
  }
}

/** Returns whether a whole number is not safe as `number`. */
function isOutOfRange(error: unknown): boolean {
  return error instanceof RangeError && "code" in error &&
    error.code === "ERR_OUT_OF_RANGE";
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

/** Returns rows with the names of their columns, and fails if there are too many. */
function checked(
  { columns }: Prepared,
  rows: readonly Values[],
  maxRows: number,
): RowSet {
  if (rows.length <= maxRows) return { columns, rows };
  throw failing(
    "too_many_rows",
    `there are more than ${maxRows} rows, read them in pages`,
  );
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
  /** The statements of reads that have a limit of their own. */
  readonly #limited = new Map<string, Prepared>();

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
    this.#limited.clear();
  }

  /** Reads rows up to a limit, and fails if there are more. */
  read({ sql, values, maxRows, isLimited = false }: ReadCall): RowSet {
    if (isLimited) {
      const prepared = this.#own(sql);
      return checked(prepared, prepared.read(...values), maxRows);
    }
    const { prepared, isQuery } = this.#query(sql);
    if (!isQuery) {
      return checked(prepared, prepared.all(...values), maxRows);
    }
    const rows = prepared.read(...values, BigInt(maxRows) + 1n);
    return checked(prepared, rows, maxRows);
  }

  /** Reads several things at one moment, which costs less than at several. */
  together<T>(read: () => T): T {
    if (this.isInTransaction) return read();
    this.prepare("BEGIN").run();
    try {
      return read();
    } finally {
      // Some errors have ended it.
      if (this.isInTransaction) this.prepare("COMMIT").run();
    }
  }

  #own(sql: string): Prepared {
    let prepared = this.#limited.get(sql);
    if (prepared !== undefined) return prepared;
    prepared = new Prepared(this.#database, sql, false);
    forgetOldest(this.#limited);
    this.#limited.set(sql, prepared);
    return prepared;
  }

  /** Returns the statement of a read, with a limit around it if it can have one. */
  #query(sql: string): LimitedQuery {
    let query = this.#queries.get(sql);
    if (query !== undefined) return query;
    const isQuery = QUERY.test(sql);
    const limited = isQuery ? `SELECT * FROM (${sql}\n) LIMIT ?` : sql;
    query = {
      prepared: new Prepared(this.#database, limited, !isQuery),
      isQuery,
    };
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
