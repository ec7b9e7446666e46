/**
 * Ties files to records in the transaction that writes them: a record names no
 * file that is not there, and a file that no record names is marked to be
 * removed.
 *
 * @module
 */
import type { Database } from "./database.ts";
import type { LinkedFile } from "./engine.ts";
import { FailureError } from "./failure.ts";
import type { TablePlan, Values } from "./protocol.ts";

/** What has become of a file. */
export const FILE_STATES = { uploading: 0, kept: 1, removed: 2 } as const;

/** The statements that make the table of files where it is not there. */
export const FILES_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS "_files" (
    key TEXT PRIMARY KEY,
    state INTEGER NOT NULL,
    collection TEXT NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE UNIQUE INDEX IF NOT EXISTS "_files_kept"
    ON "_files" (collection, record, name) WHERE state = ${FILE_STATES.kept}`,
  `CREATE INDEX IF NOT EXISTS "_files_left"
    ON "_files" (state) WHERE state <> ${FILE_STATES.kept}`,
];

const KEEP = `UPDATE "_files" SET state = ${FILE_STATES.kept}, collection = ?,
  record = ?, field = ?, name = ?, size = ?, type = ?, sha256 = ?, at = ?
  WHERE key = ? AND state = ${FILE_STATES.uploading}`;
const REMOVE = `UPDATE "_files" SET state = ${FILE_STATES.removed}
  WHERE collection = ? AND record = ? AND name = ?
  AND state = ${FILE_STATES.kept}`;

/** A record before and after a write; null where it was not or is no more. */
export interface RecordVersions {
  readonly id: string;
  readonly before: Values | null;
  readonly after: Values | null;
}

/** Ties files to records. */
export class RecordFiles {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Keeps the files that a record has come to name, and marks those that it no
   * longer names.
   *
   * @throws {FailureError} if it names one that was not uploaded.
   */
  link(
    table: TablePlan,
    { id, before, after }: RecordVersions,
    files: readonly LinkedFile[],
    now: number,
  ): void {
    for (const { field, isMany } of table.files) {
      const at = table.columns.indexOf(field);
      const had = namesOf(before?.[at], isMany);
      const has = namesOf(after?.[at], isMany);
      for (const name of had) {
        if (has.includes(name)) continue;
        this.#database.prepare(REMOVE).run(table.name, id, name);
      }
      for (const name of has) {
        if (had.includes(name)) continue;
        const file = files.find((one) =>
          one.field === field && one.name === name
        );
        if (file === undefined || !this.#keep(table, id, file, now)) {
          throw unknownFile(table, field, name);
        }
      }
    }
  }

  #keep(
    { name: table }: TablePlan,
    id: string,
    { key, field, name, size, type, sha256 }: LinkedFile,
    now: number,
  ): boolean {
    const changed = this.#database.prepare(KEEP).run(
      table,
      id,
      field,
      name,
      BigInt(size),
      type,
      sha256,
      BigInt(Math.floor(now)),
      key,
    );
    return changed === 1;
  }
}

function namesOf(value: unknown, isMany: boolean): readonly string[] {
  if (value === null || value === undefined) return [];
  return isMany ? JSON.parse(String(value)) : [String(value)];
}

function unknownFile(
  { name: table }: TablePlan,
  path: string,
  name: string,
): FailureError {
  return new FailureError({
    kind: "invalid",
    what: `a record of ${table}`,
    issues: [{
      path,
      value: JSON.stringify(name.slice(0, 60)),
      needed: "a new file, or the name of one that the record has",
    }],
  });
}
