/**
 * Snapshots in a file, for those that come after a restart.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { HistoryLimits } from "./history_ring.ts";
import { MetricsHistoryError } from "./metrics_errors.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** "TRPm" in the header of the file says that it is ours. */
const APPLICATION_ID = 0x5452506d;
/** The format of the table. */
const FORMAT = 1;
/** Milliseconds between writes: what a crash may cost. */
const FLUSH_MS = 5000;
/** The most snapshots that wait for a write, also when writes fail. */
const MAX_WAITING = 1000;

const CREATE = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
  CREATE TABLE snapshots (
    sequence INTEGER PRIMARY KEY,
    at_ms REAL NOT NULL,
    snapshot TEXT NOT NULL
  ) STRICT;
`;

/**
 * Snapshots in a SQLite database, as JSON in a table `snapshots` with their
 * `sequence` and `at_ms`. Others may read it meanwhile; one process writes.
 */
export class SqliteHistory implements Disposable {
  readonly #path: string;
  readonly #limits: HistoryLimits;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  #waiting: MetricsSnapshot[] = [];
  #writtenAtMs = -Infinity;

  /**
   * Opens or creates the file.
   *
   * @throws {MetricsHistoryError} when it cannot be opened or written, is
   * damaged, or is that of another program or version.
   */
  constructor(path: string, limits: HistoryLimits) {
    this.#path = path;
    this.#limits = limits;
    this.#database = this.#attempt("open", () => new DatabaseSync(path));
    try {
      this.#attempt("open", () => this.#prepareFile());
      [this.#insert, this.#trim] = this.#attempt("open", () => [
        this.#database.prepare("INSERT INTO snapshots VALUES (?, ?, ?)"),
        this.#database.prepare(
          "DELETE FROM snapshots WHERE at_ms < ? OR sequence <= ?",
        ),
      ]);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  #prepareFile(): void {
    const tables = this.#number("SELECT count(*) FROM sqlite_schema");
    const id = this.#number("PRAGMA application_id");
    const format = this.#number("PRAGMA user_version");
    const isNew = tables === 0 && id === 0 && format === 0;
    if (!isNew && id !== APPLICATION_ID) {
      throw this.#error(
        "open",
        "it is a database of another program: give another path",
      );
    }
    if (!isNew && format !== FORMAT) {
      throw this.#error(
        "open",
        `its format is ${format}, this version knows ${FORMAT}: move it away, or give another path`,
      );
    }
    // A crash of the process costs nothing that was written, and a write
    // waits for no disk.
    this.#database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
    );
    if (isNew) this.#database.exec(`BEGIN; ${CREATE} COMMIT`);
  }

  #number(query: string): number {
    const [value] = Object.values(this.#database.prepare(query).get() ?? {});
    return Number(value);
  }

  /**
   * Those that are within the limits at such a time since 1970, and the last
   * one in any case, oldest first.
   *
   * @throws {MetricsHistoryError} when the file is damaged.
   */
  read(nowMs: number): MetricsSnapshot[] {
    const { retentionMs, maxSnapshots } = this.#limits;
    return this.#attempt("read", () => {
      // Not `iterate`: in Deno that ends at damage as if there were no more.
      const rows = this.#database.prepare(`
        SELECT snapshot FROM snapshots
        WHERE at_ms >= ? OR sequence = (SELECT max(sequence) FROM snapshots)
        ORDER BY sequence DESC LIMIT ?
      `).all(nowMs - retentionMs, maxSnapshots);
      return rows.map(({ snapshot }): MetricsSnapshot =>
        JSON.parse(String(snapshot))
      ).reverse();
    });
  }

  /**
   * Takes a snapshot, and writes all that wait when five seconds have passed.
   *
   * @throws {MetricsHistoryError} when they cannot be written; they are tried
   * again with the next ones, up to 1000.
   */
  push(snapshot: MetricsSnapshot): void {
    this.#waiting.push(snapshot);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    const since = snapshot.atMs - this.#writtenAtMs;
    // The time of day may go back.
    if (since >= FLUSH_MS || since < 0) this.#flush(snapshot);
  }

  #flush({ sequence, atMs }: MetricsSnapshot): void {
    // Also after a failure it is not tried at every snapshot.
    this.#writtenAtMs = atMs;
    const { retentionMs, maxSnapshots } = this.#limits;
    this.#attempt("write", () => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        for (const snapshot of this.#waiting) {
          const { sequence, atMs } = snapshot;
          this.#insert.run(sequence, atMs, JSON.stringify(snapshot));
        }
        this.#trim.run(atMs - retentionMs, sequence - maxSnapshots);
        this.#database.exec("COMMIT");
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
    this.#waiting = [];
  }

  /**
   * Writes what waits, and closes the file.
   *
   * @throws {MetricsHistoryError} when it cannot be written; it is closed then.
   */
  [Symbol.dispose](): void {
    if (!this.#database.isOpen) return;
    try {
      const last = this.#waiting.at(-1);
      if (last !== undefined) this.#flush(last);
    } finally {
      this.#database.close();
    }
  }

  #attempt<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch (cause) {
      if (cause instanceof MetricsHistoryError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw this.#error(what, advice(what, reason), { cause });
    }
  }

  #error(
    what: string,
    why: string,
    options?: ErrorOptions,
  ): MetricsHistoryError {
    return new MetricsHistoryError(
      `Cannot ${what} the history ${this.#path}: ${why}`,
      options,
    );
  }
}

/** What went wrong in SQLite's own words, and what to do. */
function advice(what: string, reason: string): string {
  if (/locked|busy/.test(reason)) {
    return `another process holds it (${reason}): let it go`;
  }
  if (/constraint failed/.test(reason)) {
    return `another process writes to it (${reason}): give each a path of its own`;
  }
  if (
    what === "read" || /not a database|malformed|no such table/.test(reason)
  ) {
    return `it is damaged or no database (${reason}): move it away, or give another path`;
  }
  return `${reason}: see that its directory is there, may be written and has room`;
}
