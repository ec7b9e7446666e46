/**
 * The file of a directory of streams: opened by one process at a time, checked,
 * and written in commits.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { reasonOf } from "../../checks/internal.ts";
import { StreamStorageError } from "../errors.ts";

/** "TRPs" in the header of the file marks it as ours. */
const APPLICATION_ID = 0x54525073;
/** The version of the tables. */
const FORMAT = 1;
/** Milliseconds to wait for a process that is just ending. */
const BUSY_MS = 1000;
/**
 * Milliseconds for which the file is taken to be there by commits that are not
 * synced: a look takes as long as a small one of them.
 */
const LOOK_MS = 100;
/** Pages of the log that are moved to the file at once, for which all wait: 4 MiB. */
const CHECKPOINT_PAGES = 1000;
/** KiB of pages that are kept in memory. */
const CACHE_KIB = 16_384;

const CREATE = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    options TEXT NOT NULL,
    messages INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    last INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE consumers (
    id INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    name TEXT NOT NULL,
    config TEXT NOT NULL,
    cursor INTEGER NOT NULL,
    gap INTEGER NOT NULL,
    redelivered INTEGER NOT NULL,
    UNIQUE (stream, name)
  ) STRICT;
  CREATE TABLE pending (
    consumer INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    deliveries INTEGER NOT NULL,
    PRIMARY KEY (consumer, sequence)
  ) STRICT, WITHOUT ROWID;
`;

/** What a statement takes: numbers would be bound as floating point. */
export type Bound = bigint | string | Uint8Array;

/** A row of a table. */
export type Row = Readonly<Record<string, unknown>>;

/** A database of streams. */
export class SqliteFile {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  /** What the system calls the file: another of the same path has another. */
  readonly #identity: string;
  /** When the file was last seen. */
  #seenMs = -Infinity;
  #isSynced = true;

  /**
   * Opens or creates the file of a directory.
   *
   * @throws {StreamStorageError} if it cannot be opened or written, another
   * process has it, or it is damaged or of another program or version.
   */
  constructor(directory: string) {
    this.path = `${directory.replace(/\/+$/, "")}/streams.sqlite`;
    const database = this.attempt("open", () => {
      Deno.mkdirSync(directory, { recursive: true });
      return new DatabaseSync(this.path, { timeout: BUSY_MS });
    });
    this.#database = database;
    try {
      this.attempt("open", () => this.#prepareFile());
      [this.#begin, this.#end] = this.attempt("open", () => [
        database.prepare("BEGIN IMMEDIATE"),
        database.prepare("COMMIT"),
      ]);
      this.#identity = this.attempt("open", () => identityOf(this.path));
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #prepareFile(): void {
    // Nobody else may open it until it is closed, or the process ends.
    this.#database.exec("PRAGMA locking_mode = EXCLUSIVE");
    const tables = this.#number("SELECT count(*) FROM sqlite_schema");
    const id = this.#number("PRAGMA application_id");
    const format = this.#number("PRAGMA user_version");
    const isNew = tables === 0 && id === 0 && format === 0;
    if (!isNew && id !== APPLICATION_ID) {
      throw this.error(
        "open",
        "it is a database of another program, choose another directory",
      );
    }
    if (!isNew && format !== FORMAT) {
      throw this.error(
        "open",
        `its format is ${format}, this version needs ${FORMAT}: move it away or choose another directory`,
      );
    }
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA cache_size = -${CACHE_KIB};
    `);
    this.#database.exec(`BEGIN IMMEDIATE; ${isNew ? CREATE : ""} COMMIT`);
  }

  #number(query: string): number {
    const [value] = Object.values(this.#database.prepare(query).get() ?? {});
    return Number(value);
  }

  /** Runs statements that return nothing. */
  exec(sql: string): void {
    this.attempt("write", () => this.#database.exec(sql));
  }

  /** Prepares a statement, which is used for as long as the file is open. */
  prepare(sql: string): Statement {
    return this.attempt(
      "read",
      () => new Statement(this, this.#database.prepare(sql)),
    );
  }

  /**
   * Does all that `action` writes, or nothing of it.
   *
   * @throws {StreamStorageError} if it cannot be written.
   */
  commit(synced: boolean, action: () => void): void {
    if (synced !== this.#isSynced) {
      this.exec(`PRAGMA synchronous = ${synced ? "FULL" : "NORMAL"}`);
      this.#isSynced = synced;
    }
    this.attempt("write", () => {
      this.#begin.run();
      try {
        action();
        this.#checkThere(synced);
        this.#end.run();
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /**
   * Checks that what is written can be found again: a file that was removed
   * takes all that it is given.
   *
   * @throws {StreamStorageError} if it cannot.
   */
  #checkThere(synced: boolean): void {
    const nowMs = performance.now();
    if (!synced && nowMs - this.#seenMs < LOOK_MS) return;
    try {
      if (identityOf(this.path) === this.#identity) {
        this.#seenMs = nowMs;
        return;
      }
    } catch (cause) {
      throw this.error("write", `it is gone (${reasonOf(cause)}), ${GONE}`, {
        cause,
      });
    }
    throw this.error("write", `another file has taken its place, ${GONE}`);
  }

  /** Closes the file, so that another process may open it. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** Does something to the file, and says so when it fails. */
  attempt<T>(what: "open" | "read" | "write", action: () => T): T {
    try {
      return action();
    } catch (cause) {
      if (!isOfFile(cause)) throw cause;
      throw this.error(what, advice(what, reasonOf(cause)), { cause });
    }
  }

  error(
    what: string,
    why: string,
    options?: ErrorOptions,
  ): StreamStorageError {
    return new StreamStorageError(
      `Cannot ${what} the streams in ${this.path}: ${why}`,
      options,
    );
  }
}

/** A prepared statement whose errors name the file. */
export class Statement {
  readonly #file: SqliteFile;
  readonly #statement: StatementSync;

  constructor(file: SqliteFile, statement: StatementSync) {
    this.#file = file;
    this.#statement = statement;
  }

  /** Returns all rows. */
  all(...values: Bound[]): readonly Row[] {
    return this.#file.attempt("read", () => this.#statement.all(...values));
  }

  /** Returns the first row. */
  get(...values: Bound[]): Row | undefined {
    return this.#file.attempt("read", () => this.#statement.get(...values));
  }

  /** Writes; called in a commit, which names the file. */
  run(...values: Bound[]): void {
    this.#statement.run(...values);
  }
}

const GONE = "put it back, or close the bus and open it again";

/** Returns what the system calls a file. */
function identityOf(path: string): string {
  const { dev, ino } = Deno.statSync(path);
  return `${dev} ${ino}`;
}

/** Whether the database or the file system has failed, and not our code. */
function isOfFile(error: unknown): boolean {
  if (error instanceof StreamStorageError) return false;
  return error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.AlreadyExists ||
    error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotCapable ||
    (error instanceof Error && "code" in error &&
      (typeof error.code === "string"));
}

/** Returns what went wrong in SQLite's own words, and what to do. */
function advice(what: string, reason: string): string {
  if (/locked|busy/.test(reason)) {
    return `another process has them open (${reason}), close the bus there or choose another directory`;
  }
  if (/not a database|malformed|no such table|no such column/.test(reason)) {
    return `the file is damaged or not a database (${reason}), restore it from a copy or choose another directory`;
  }
  return what === "read"
    ? reason
    : `${reason}; the directory must be writable and have room`;
}
