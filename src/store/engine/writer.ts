/**
 * The writer of a store, on its thread: many writes in one transaction, each all
 * or nothing, and transactions that are led from outside.
 *
 * @module
 */
import { ChangeLog } from "./change_log.ts";
import { Database } from "./database.ts";
import type { Change, WriteStep } from "./engine.ts";
import { failing, type Failure, failureOf, isOfFile } from "./failure.ts";
import type {
  Calls,
  Outcome,
  ReadCall,
  RowSet,
  WriterPlan,
  WriteValues,
} from "./protocol.ts";
import { RecordWriter } from "./record_writer.ts";
import { prepareFile } from "./prepare_file.ts";

type WriteCall = Calls["write"]["request"];
type WriteReply = Calls["write"]["reply"];

/** Pages of the log that SQLite moves to the file at once: 4 MiB. */
const CHECKPOINT_PAGES = 1000;

/** Writes to the file of a store. */
export class Writer {
  readonly #database: Database;
  readonly #log: ChangeLog;
  readonly #records: RecordWriter;
  /** When the open transaction was last written to. */
  #now = 0;
  #commits = 0;
  #commitMs = 0;

  /** Opens the file, runs its migrations and checks its tables. */
  constructor(plan: WriterPlan) {
    const database = new Database(plan.path, plan.busyMs, false);
    this.#database = database;
    try {
      prepareFile(database, plan);
      database.exec(`
        PRAGMA synchronous = ${plan.synchronous};
        PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
        PRAGMA foreign_keys = ON;
      `);
      if (plan.maxPages !== undefined) {
        database.exec(`PRAGMA max_page_count = ${plan.maxPages}`);
      }
      this.#log = new ChangeLog(database, plan);
      this.#records = new RecordWriter(database, this.#log, plan.tables);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** The connection, for reads. */
  get database(): Database {
    return this.#database;
  }

  /** The cursor of the last change. */
  get cursor(): number {
    return this.#log.cursor;
  }

  /** Does many writes in one transaction; returns after the commit. */
  write({ works, now, wantsChanges }: WriteCall): WriteReply {
    try {
      return this.#writeAll(works, now, wantsChanges);
    } catch (error) {
      const failure = failureOf(error);
      // What cannot be written together may be alone: the others are not at fault.
      return isOfFile(failure) || works.length === 1
        ? this.#reply(works.map(() => ({ failure })), [])
        : this.#writeEach(works, now, wantsChanges);
    }
  }

  #writeAll(
    works: WriteCall["works"],
    now: number,
    wantsChanges: boolean,
  ): WriteReply {
    this.#begin(wantsChanges);
    try {
      const outcomes = works.map((steps) => this.#attempt(steps, now));
      const changes = this.#commit(now);
      return this.#reply(outcomes, changes);
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  #writeEach(
    works: WriteCall["works"],
    now: number,
    wantsChanges: boolean,
  ): WriteReply {
    const outcomes: Outcome<WriteValues>[] = [];
    const changes: Change[] = [];
    for (const steps of works) {
      try {
        const one = this.#writeAll([steps], now, wantsChanges);
        outcomes.push(...one.outcomes);
        changes.push(...one.changes);
      } catch (error) {
        outcomes.push({ failure: failureOf(error) });
      }
    }
    return this.#reply(outcomes, changes);
  }

  /** Does one write, all of it or nothing; the others of the transaction go on. */
  #attempt(steps: readonly WriteStep[], now: number): Outcome<WriteValues> {
    try {
      return { value: this.#inSavepoint(steps, now) };
    } catch (error) {
      const failure = failureOf(error);
      // Then SQLite has maybe rolled back everything.
      if (!this.#database.isInTransaction || isOfAll(failure)) throw error;
      return { failure };
    }
  }

  #inSavepoint(steps: readonly WriteStep[], now: number): WriteValues {
    const mark = this.#log.mark();
    this.#database.prepare("SAVEPOINT work").run();
    try {
      const done = steps.map((step) => this.#records.step(step, now));
      this.#database.prepare("RELEASE work").run();
      return { steps: done, cursor: this.#log.cursor };
    } catch (error) {
      this.#log.backTo(mark);
      if (this.#database.isInTransaction) {
        this.#database.prepare("ROLLBACK TO work").run();
        this.#database.prepare("RELEASE work").run();
      }
      throw error;
    }
  }

  #begin(wantsChanges: boolean): void {
    this.#database.prepare("BEGIN IMMEDIATE").run();
    this.#log.collect(wantsChanges);
  }

  #commit(now: number): readonly Change[] {
    this.#log.trim(now);
    const startedAt = performance.now();
    this.#database.prepare("COMMIT").run();
    this.#commitMs += performance.now() - startedAt;
    this.#commits++;
    return this.#log.committed();
  }

  /** Returns the commits since the last call, and what they took. */
  takeCommits(): { readonly count: number; readonly ms: number } {
    const taken = { count: this.#commits, ms: this.#commitMs };
    this.#commits = this.#commitMs = 0;
    return taken;
  }

  #reply(
    outcomes: readonly Outcome<WriteValues>[],
    changes: readonly Change[],
  ): WriteReply {
    return { outcomes, changes, cursor: this.#log.cursor };
  }

  /** Begins a transaction that is led from outside. */
  begin(): void {
    this.#begin(true);
    this.#now = 0;
  }

  /** Reads in the transaction that was begun. */
  read(call: ReadCall): RowSet {
    this.#checkOpen();
    return this.#database.read(call);
  }

  /** Writes in the transaction that was begun. */
  writeOpen(steps: readonly WriteStep[], now: number): WriteValues {
    this.#checkOpen();
    this.#now = now;
    return this.#inSavepoint(steps, now);
  }

  /** Commits the transaction that was begun. */
  commit(): { changes: readonly Change[]; cursor: number } {
    this.#checkOpen();
    try {
      const changes = this.#commit(this.#now);
      return { changes, cursor: this.#log.cursor };
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Rolls back whatever is open. */
  rollback(): void {
    if (this.#database.isInTransaction) this.#database.exec("ROLLBACK");
    this.#log.rolledBack();
  }

  #checkOpen(): void {
    if (this.#database.isInTransaction) return;
    throw failing("sql", "the transaction was rolled back by an error before");
  }

  /** Closes the file, when the log was moved into it. */
  close(): void {
    this.#database.close();
  }
}

/** Whether a failure is one of all that is written at once. */
function isOfAll(failure: Failure): boolean {
  return isOfFile(failure) || failure.kind === "full";
}
