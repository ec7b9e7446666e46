/**
 * The change log: what has happened to each record, in order, for as long as it
 * is kept. It is written in the transaction of what it tells of.
 *
 * @module
 */
import type { Database } from "./database.ts";
import type { Change, Changes, Cursor, Row } from "./engine.ts";
import { FailureError } from "./failure.ts";
import type { ReadCall, RowSet, TablePlan, Values } from "./protocol.ts";

/** The table of the log. */
export const CHANGES_TABLE = `CREATE TABLE IF NOT EXISTS "_changes" (
  "cursor" INTEGER PRIMARY KEY,
  "collection" TEXT NOT NULL,
  "id" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  "record" TEXT,
  "before" TEXT,
  "at_ms" INTEGER NOT NULL
) STRICT`;

/** Where cursors go on if the log has no entry: behind those that others know. */
export const LOG_TABLE = `CREATE TABLE IF NOT EXISTS "_log" (
  "id" INTEGER PRIMARY KEY CHECK ("id" = 1),
  "base" INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO "_log" VALUES (1, 0)`;

/**
 * Cursors that a restored file leaves out: more than may have been given away
 * after the backup was made, so that none of them is taken for a new one.
 */
const RESTORE_GAP = 1_000_000_000;

/** Changes after which the log is trimmed. */
const TRIM_EVERY = 200;
/** Entries that are removed at once, at most: more than are added meanwhile. */
const TRIM_AT_ONCE = 1000;

/** How long changes are kept. */
export interface Kept {
  /** Milliseconds. */
  readonly keepMs: number;
  /** How many, at most. */
  readonly keepChanges: number;
}

/** The change log of one file, as its writer sees it. */
export class ChangeLog {
  readonly #database: Database;
  readonly #kept: Kept;
  /** The last change of the transaction that is open, or of the last one. */
  #cursor: number;
  #lastMs: number;
  #committed: number;
  #sinceTrim = TRIM_EVERY;
  #pending: Change[] | undefined;

  constructor(database: Database, kept: Kept) {
    this.#database = database;
    this.#kept = kept;
    const [cursor, atMs] = database.prepare(
      `SELECT coalesce(max("cursor"), "base"), coalesce("at_ms", 0)
      FROM "_log" LEFT JOIN "_changes"`,
    ).get() ?? [0, 0];
    this.#cursor = this.#committed = Number(cursor);
    this.#lastMs = Number(atMs);
  }

  /** The cursor of the last change. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Whether changes are collected, as somebody wants to be notified. */
  collect(isWanted: boolean): void {
    this.#pending = isWanted ? [] : undefined;
  }

  /** Adds a change to the log. */
  add(
    table: TablePlan,
    kind: Change["kind"],
    before: Values | null,
    after: Values | null,
    now: number,
  ): void {
    const cursor = ++this.#cursor;
    const { name } = table;
    const id = String((after ?? before ?? [])[table.columns.indexOf("id")]);
    const was = before && loggedRow(table, before);
    const is = after && loggedRow(table, after);
    // The clock may have been set back; the log does not go back.
    const at = this.#lastMs = Math.max(this.#lastMs, Math.floor(now));
    this.#database.prepare(
      `INSERT INTO "_changes" VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      BigInt(cursor),
      name,
      id,
      kind,
      is && JSON.stringify(is),
      was && JSON.stringify(was),
      BigInt(at),
    );
    this.#pending?.push({
      cursor: String(cursor),
      collection: name,
      id,
      kind,
      record: is,
      before: was,
      at,
    });
  }

  /** Marks a place to go back to. */
  mark(): number {
    return this.#cursor;
  }

  /** Forgets what came after a mark, as it is rolled back. */
  backTo(mark: number): void {
    this.#cursor = mark;
    const pending = this.#pending;
    while (pending?.length && Number(pending.at(-1)?.cursor) > mark) {
      pending.pop();
    }
  }

  /** Removes what is no longer kept; part of the transaction. */
  trim(now: number): void {
    this.#sinceTrim += this.#cursor - this.#committed;
    if (this.#sinceTrim < TRIM_EVERY) return;
    this.#sinceTrim = 0;
    const { keepMs, keepChanges } = this.#kept;
    const oldest = keepMs === Infinity
      ? 0
      : Math.max(Math.floor(now - keepMs), 0);
    const through = keepChanges === Infinity ? 0 : this.#cursor - keepChanges;
    // The last one stays: it is where the next cursor comes from.
    this.#database.prepare(
      `DELETE FROM "_changes" WHERE "cursor" IN (
        SELECT "cursor" FROM "_changes" WHERE "cursor" < ?
        ORDER BY "cursor" LIMIT ${TRIM_AT_ONCE}
      ) AND ("cursor" <= ? OR "at_ms" < ?)`,
    ).run(
      BigInt(this.#cursor),
      BigInt(Math.max(through, 0)),
      BigInt(oldest),
    );
  }

  /** The transaction was committed: returns what was collected. */
  committed(): readonly Change[] {
    this.#committed = this.#cursor;
    const changes = this.#pending ?? [];
    this.#pending = undefined;
    return changes;
  }

  /** The transaction was rolled back. */
  rolledBack(): void {
    this.#cursor = this.#committed;
    this.#pending = undefined;
  }
}

/** Empties the log of a file that was restored, and goes on far behind it. */
export function restartLog(database: Database): void {
  database.exec(`
    BEGIN IMMEDIATE;
    UPDATE "_log" SET "base" = ${RESTORE_GAP} + max(
      "base", (SELECT coalesce(max("cursor"), 0) FROM "_changes")
    );
    DELETE FROM "_changes";
    COMMIT;
  `);
}

/** Returns what reads the changes after a cursor, with where the log begins and ends. */
export function changesCall(after: Cursor, limit: number): ReadCall {
  return {
    sql: `SELECT bounds.*, c.* FROM
      (SELECT coalesce(min("cursor"), "base" + 1), coalesce(max("cursor"), "base")
        FROM "_log" LEFT JOIN "_changes") AS bounds
      LEFT JOIN (
        SELECT * FROM "_changes" WHERE "cursor" > ? ORDER BY "cursor" LIMIT ?
      ) AS c ORDER BY c."cursor"`,
    values: [BigInt(after), BigInt(limit) + 1n],
    maxRows: limit + 1,
  };
}

/**
 * Returns the changes that were read.
 *
 * @throws {FailureError} if the log does not reach back to the cursor.
 */
export function changesFrom(
  { rows }: RowSet,
  after: Cursor,
  limit: number,
): Changes {
  const [first, last] = rows[0] ?? [];
  const firstCursor = Number(first ?? 1) - 1;
  const lastCursor = Number(last ?? 0);
  const from = Number(after);
  if (from < firstCursor || from > lastCursor) {
    throw new FailureError({
      kind: "changes_lost",
      text: from < firstCursor
        ? `the log begins after ${firstCursor} and does not reach back to ${after}, read everything anew`
        : `the log ends at ${lastCursor} and has never been at ${after}, read everything anew`,
      firstCursor: String(firstCursor),
    });
  }
  const changes = rows.filter(([, , cursor]) => cursor !== null)
    .slice(0, limit).map((row) => changeOf(row.slice(2)));
  return {
    changes,
    cursor: changes.at(-1)?.cursor ?? after,
    isAll: rows.length <= limit,
  };
}

function changeOf(
  [cursor, collection, id, kind, record, before, at]: Values,
): Change {
  return {
    cursor: String(cursor),
    collection: String(collection),
    id: String(id),
    kind: kind as Change["kind"],
    record: typeof record === "string" ? JSON.parse(record) : null,
    before: typeof before === "string" ? JSON.parse(before) : null,
    at: Number(at),
  };
}

/** The part of a row that is logged. A whole number is safe as `number`. */
function loggedRow({ columns, logged }: TablePlan, values: Values): Row {
  const row: Record<string, Values[number]> = {};
  for (const name of logged) {
    const value = values[columns.indexOf(name)] ?? null;
    row[name] = typeof value === "bigint" ? Number(value) : value;
  }
  return row;
}
