/**
 * The rows of the table of files, and the statements on it.
 *
 * @module
 */
import type { Row, Statement } from "../engine/engine.ts";
import { FILE_STATES } from "../engine/record_files.ts";

/** A file of a record. */
export interface StoredFile {
  /** The key of its object. */
  readonly key: string;
  /** The field of the record that names it. */
  readonly field: string;
  /** Its name. */
  readonly name: string;
  /** Number of its bytes. */
  readonly size: number;
  /** Its media type, found by its content. */
  readonly type: string;
  /** SHA-256 of its bytes, as hexadecimal digits. */
  readonly sha256: string;
  /** When it was stored, in milliseconds since 1970. */
  readonly at: number;
}

const { uploading, kept, removed } = FILE_STATES;

/** Notes that an object will be written, so that it is found whatever happens. */
export function noteUpload(key: string, now: number): Statement {
  return {
    sql: `INSERT INTO "_files" VALUES (?, ${uploading}, '', '', '', '', 0, '',
      '', ?)`,
    values: [key, BigInt(Math.floor(now))],
  };
}

/** Marks uploads that no record has come to name; returns their keys. */
export function giveUp(keys: readonly string[]): Statement {
  return {
    sql: `UPDATE "_files" SET state = ${removed} WHERE state = ${uploading}
      AND key IN (SELECT value FROM json_each(?))`,
    values: [JSON.stringify(keys)],
  };
}

/** Marks all uploads that were not finished: those of a process that has ended. */
export const GIVE_UP_ALL: Statement = {
  sql: `UPDATE "_files" SET state = ${removed} WHERE state = ${uploading}`,
  values: [],
};

/** Reads keys of files that are to be removed. */
export function leftKeys(limit: number): Statement {
  return {
    sql: `SELECT key FROM "_files" WHERE state = ${removed} LIMIT ?`,
    values: [BigInt(limit)],
  };
}

/** Forgets files that were removed. */
export function forget(keys: readonly string[]): Statement {
  return {
    sql: `DELETE FROM "_files" WHERE state = ${removed}
      AND key IN (SELECT value FROM json_each(?))`,
    values: [JSON.stringify(keys)],
  };
}

/** Finds a file of a record. */
export function findFile(
  collection: string,
  record: string,
  name: string,
): Statement {
  return {
    sql: `SELECT key, field, name, size, type, sha256, at FROM "_files"
      WHERE state = ${kept} AND collection = ? AND record = ? AND name = ?`,
    values: [collection, record, name],
  };
}

/** Returns the file of a row. */
export function fileOfRow(row: Row): StoredFile {
  return {
    key: String(row.key),
    field: String(row.field),
    name: String(row.name),
    size: Number(row.size),
    type: String(row.type),
    sha256: String(row.sha256),
    at: Number(row.at),
  };
}
