/**
 * What the rest of a store calls: reads, writes, transactions and the change
 * log. All that crosses to the threads is plain data.
 *
 * @module
 */
import type { EngineStats } from "./engine_stats.ts";

/** A value in a table. Whole numbers are read as `number`, and bound as whole. */
export type SqlValue = null | string | number | bigint | Uint8Array;

/** A row of a table: its values by the names of its columns. */
export type Row = Readonly<Record<string, SqlValue>>;

/** SQL with its values, which are always bound and never part of the text. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** Whether a read of it returns no more rows than it may, by itself. */
  readonly isLimited?: boolean;
}

/** A part of SQL that is true or false of a row, with its values. */
export type Condition = Statement;

/** Options of a read. */
export interface ReadOptions {
  /** Stops waiting, and does not read if it has not begun. */
  readonly signal?: AbortSignal;
  /**
   * Rows that it may return, 1 or more.
   * @default {100000}
   */
  readonly maxRows?: number;
}

/** Options of a write. */
export interface WriteOptions {
  /** Stops waiting, and does not write if it has not begun. */
  readonly signal?: AbortSignal;
}

/** A file that was uploaded, as a write ties it to a record. */
export interface LinkedFile {
  /** The key of its object. */
  readonly key: string;
  /** The field of the record. */
  readonly field: string;
  /** The name that the record has for it. */
  readonly name: string;
  /** Number of its bytes. */
  readonly size: number;
  /** Its media type. */
  readonly type: string;
  /** SHA-256 of its bytes, as hexadecimal digits. */
  readonly sha256: string;
}

/** One thing that a write does. */
export type WriteStep =
  /** Adds a record to a collection, and to the change log. */
  | {
    readonly kind: "create";
    readonly collection: string;
    /** All columns but generated ones, hidden ones included. */
    readonly row: Row;
    /** What has to be true of the new record; otherwise it is refused. */
    readonly condition?: Condition | undefined;
    /** The files that it names. */
    readonly files?: readonly LinkedFile[] | undefined;
  }
  /** Changes columns of a record, and logs the change. */
  | {
    readonly kind: "update";
    readonly collection: string;
    readonly id: string;
    /** The columns that change. */
    readonly row: Row;
    /** What has to be true of the record before; otherwise it is not found. */
    readonly condition?: Condition | undefined;
    /** What has to be true of the record afterwards; otherwise it is refused. */
    readonly conditionAfter?: Condition | undefined;
    /** Columns with the values that they have to have still, as a guard. */
    readonly expected?: Row | undefined;
    /** The files that it names and has not named before. */
    readonly files?: readonly LinkedFile[] | undefined;
  }
  /** Deletes a record, and what goes with it. */
  | {
    readonly kind: "delete";
    readonly collection: string;
    readonly id: string;
    /** What has to be true of the record; otherwise it is not found. */
    readonly condition?: Condition | undefined;
  }
  /** Runs SQL on tables that are no collections. */
  | { readonly kind: "run"; readonly statement: Statement };

/** What a write does: all of it or nothing. */
export interface WriteWork {
  readonly steps: readonly WriteStep[];
}

/** What a step of a write has done. */
export interface StepOutcome {
  /** The record before it was changed or deleted, with hidden columns. */
  readonly before: Row | null;
  /** The record after it was created or changed, with hidden columns. */
  readonly after: Row | null;
  /** Rows that SQL has returned, if it was `run`. */
  readonly rows: readonly Row[];
  /** Rows that SQL has changed, if it was `run`. */
  readonly changed: number;
}

/** What a write has done, for each of its steps. */
export interface WriteOutcome {
  readonly steps: readonly StepOutcome[];
  /** The cursor of the last change of this write, or the latest one if it has none. */
  readonly cursor: Cursor;
}

/** A place in the change log: a whole number as text. */
export type Cursor = string;

/** What has happened to a record. */
export interface Change {
  /** The place in the log; later changes have greater ones. */
  readonly cursor: Cursor;
  /** The name of the collection. */
  readonly collection: string;
  /** The id of the record. */
  readonly id: string;
  /** What has happened to it. */
  readonly kind: "create" | "update" | "delete";
  /** The row afterwards, without hidden columns; null if it was deleted. */
  readonly record: Row | null;
  /** The row before, without hidden columns; null if it was created. */
  readonly before: Row | null;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
}

/** Changes that were read from the log. */
export interface Changes {
  /** The changes, in order. */
  readonly changes: readonly Change[];
  /** The cursor from which to read on. */
  readonly cursor: Cursor;
  /** Whether there are no more now. */
  readonly isAll: boolean;
}

/** What is read and written alone, until it ends. */
export interface Transaction {
  /** Aborts when it ends without a commit: by its time-out or by a signal. */
  readonly signal: AbortSignal;
  /** Reads, what this transaction has written included. */
  read(statement: Statement, options?: ReadOptions): Promise<readonly Row[]>;
  /** Writes; the steps of one call are done, or none of them. */
  write(work: WriteWork): Promise<WriteOutcome>;
}

/** Options of a transaction. */
export interface TransactionOptions {
  /**
   * Milliseconds that it may take, above 0; then it is rolled back.
   * @default {5000}
   */
  readonly timeoutMs?: number;
  /** Rolls it back. */
  readonly signal?: AbortSignal;
}

/** The database of a store. */
export interface Engine extends AsyncDisposable {
  /** What its threads do. */
  readonly stats: EngineStats;
  /**
   * Reads on a thread beside the writer; sees all that was answered before.
   *
   * @throws {StoreBusyError} as a rejection, if too many reads wait.
   * @throws {TooManyRowsError} as a rejection, if there are more rows.
   */
  read(statement: Statement, options?: ReadOptions): Promise<readonly Row[]>;
  /**
   * Writes all or nothing; resolves after the commit, which it shares with
   * others.
   *
   * @throws {RecordNotFoundError} as a rejection, if a record is not there, or
   * is not as `condition` or `expected` want it.
   * @throws {RuleRefusedError} as a rejection, if a record would not be as a
   * condition wants it afterwards.
   * @throws {NotUniqueError} as a rejection, if unique values are taken.
   * @throws {InvalidRecordError} as a rejection, if a relation points to nothing.
   * @throws {RecordInUseError} as a rejection, if a relation forbids a delete.
   * @throws {StoreBusyError} as a rejection, if too many writes wait.
   * @throws {StoreFullError} as a rejection, if the disk is full.
   */
  write(work: WriteWork, options?: WriteOptions): Promise<WriteOutcome>;
  /**
   * Runs something alone on the writer. It is committed when the promise that
   * `run` returns resolves, and rolled back when it rejects.
   *
   * @throws {StoreTimeoutError} as a rejection, if it takes too long.
   */
  transaction<T>(
    run: (tx: Transaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /**
   * Reads the changes after a cursor; `"0"` is the cursor before the first.
   *
   * @param limit How many at most, 1 to 10000.
   * @throws {ChangesLostError} as a rejection, if the log has forgotten some.
   */
  changesSince(cursor: Cursor, limit: number): Promise<Changes>;
  /** The cursor of the last change of which subscribers were notified. */
  readonly cursor: Cursor;
  /** Calls a function after each commit with its changes, in order. */
  subscribe(onCommitted: (changes: readonly Change[]) => void): Disposable;
  /** Copies the whole database to a file that does not exist, while it is used. */
  backup(path: string): Promise<void>;
  /** Looks through the whole file; returns what is wrong, nothing if all is right. */
  integrityCheck(): Promise<readonly string[]>;
  /** Ends it, when what was taken is done. */
  close(): Promise<void>;
  /** Resolves when it has ended, by `close` or with its actor system. */
  readonly closed: Promise<void>;
}
