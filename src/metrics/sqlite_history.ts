/**
 * Snapshots in a file, which outlive the process.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { reasonOf } from "../checks/internal.ts";
import type { HistoryLimits } from "./history_ring.ts";
import { MetricsHistoryError } from "./metrics_errors.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** "TRPm" in the header of the file marks it as ours. */
const APPLICATION_ID = 0x5452506d;
/** The version of the table. */
const FORMAT = 2;
/** Milliseconds between writes, which a crash may lose. */
const FLUSH_MS = 5000;
/** The most snapshots that wait to be written, also while writes fail. */
const MAX_WAITING = 1000;

const CREATE = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
  CREATE TABLE snapshots (
    sequence INTEGER PRIMARY KEY,
    steady_ms REAL NOT NULL,
    snapshot TEXT NOT NULL
  ) STRICT;
`;

/**
 * Snapshots in a SQLite database, as JSON in a table `snapshots` with their
 * `sequence` and `steady_ms`. One process writes; others may read at the same time.
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
   * @throws {MetricsHistoryError} if it cannot be opened or written, is
   * damaged, or belongs to another program or version.
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
          "DELETE FROM snapshots WHERE steady_ms < ? OR sequence <= ?",
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
        "it is a database of another program, choose another path",
      );
    }
    if (!isNew && format !== FORMAT) {
      throw this.#error(
        "open",
        `its format is ${format}, this version needs ${FORMAT}: move it away or choose another path`,
      );
    }
    // A crash of the process loses nothing that was written, and a write does
    // not wait for a disk.
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
   * Returns the snapshots that are within the limits at a time since 1970, and
   * always the last one, oldest first.
   *
   * @throws {MetricsHistoryError} if the file is damaged.
   */
  read(nowMs: number): MetricsSnapshot[] {
    const { retentionMs, maxSnapshots } = this.#limits;
    return this.#attempt("read", () => {
      // Not `iterate`, which ends at damage in Deno as if there were no more.
      const rows = this.#database.prepare(`
        SELECT snapshot FROM snapshots
        WHERE steady_ms >= ? OR sequence = (SELECT max(sequence) FROM snapshots)
        ORDER BY sequence DESC LIMIT ?
      `).all(nowMs - retentionMs, maxSnapshots);
      return rows.map(({ snapshot }): MetricsSnapshot =>
        JSON.parse(String(snapshot))
      ).reverse();
    });
  }

  /**
   * Takes a snapshot, and writes all that wait once five seconds have passed.
   *
   * @throws {MetricsHistoryError} if they cannot be written; up to 1000 are
   * written with the next ones.
   */
  push(snapshot: MetricsSnapshot): void {
    this.#waiting.push(snapshot);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    const since = snapshot.steadyMs - this.#writtenAtMs;
    if (since >= FLUSH_MS) this.#flush(snapshot);
  }

  #flush({ sequence, steadyMs }: MetricsSnapshot): void {
    // After a failure, the next snapshots do not all try again either.
    this.#writtenAtMs = steadyMs;
    const { retentionMs, maxSnapshots } = this.#limits;
    this.#attempt("write", () => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        for (const snapshot of this.#waiting) {
          const { sequence, steadyMs } = snapshot;
          this.#insert.run(sequence, steadyMs, JSON.stringify(snapshot));
        }
        this.#trim.run(steadyMs - retentionMs, sequence - maxSnapshots);
        this.#database.exec("COMMIT");
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
    this.#waiting = [];
  }

  /**
   * Writes the snapshots that wait, and closes the file.
   *
   * @throws {MetricsHistoryError} if they cannot be written; the file is closed
   * all the same.
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
      throw this.#error(what, advice(what, reasonOf(cause)), { cause });
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

/** Returns what went wrong in SQLite's own words, and what to do. */
function advice(what: string, reason: string): string {
  if (/locked|busy/.test(reason)) {
    return `another process holds it (${reason}), close it there`;
  }
  if (/constraint failed/.test(reason)) {
    return `another process writes to it (${reason}), give each a path of its own`;
  }
  if (
    what === "read" || /not a database|malformed|no such table/.test(reason)
  ) {
    return `it is damaged or not a database (${reason}), move it away or choose another path`;
  }
  return `${reason}; its directory must exist, be writable and have room`;
}
