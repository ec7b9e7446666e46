/**
 * The statements on the messages, ids and head of one stream.
 *
 * @module
 */
import type { SqliteFile, Statement } from "./sqlite_file.ts";

/** The statements by what they are for. */
export type Statements = Record<
  | "append"
  | "excess"
  | "first"
  | "forgetIds"
  | "get"
  | "head"
  | "heads"
  | "idOf"
  | "rememberId"
  | "remove"
  | "saveHead"
  | "since",
  Statement
>;

/** Prepares the statements of a stream. */
export function statementsOf(file: SqliteFile, id: number): Statements {
  const messages = `messages_${id}`;
  const size = "length(CAST(subject AS BLOB)) + length(payload) AS size";
  const head = `sequence, subject, at_ms, ${size}`;
  const row = `sequence, subject, at_ms, payload`;
  return {
    append: file.prepare(`INSERT INTO ${messages} VALUES (?, ?, ?, ?)`),
    excess: file.prepare(
      `SELECT ${head} FROM ${messages} WHERE subject = ? ORDER BY sequence DESC LIMIT -1 OFFSET ?`,
    ),
    first: file.prepare(
      `SELECT sequence FROM ${messages} ORDER BY sequence LIMIT 1`,
    ),
    forgetIds: file.prepare(`DELETE FROM ids_${id} WHERE at_ms <= ?`),
    get: file.prepare(`SELECT ${row} FROM ${messages} WHERE sequence = ?`),
    head: file.prepare(`SELECT * FROM streams WHERE id = ${id}`),
    heads: file.prepare(
      `SELECT ${head} FROM ${messages} WHERE sequence > ? ORDER BY sequence LIMIT ?`,
    ),
    idOf: file.prepare(
      `SELECT sequence FROM ids_${id} WHERE id = ? AND at_ms > ?`,
    ),
    rememberId: file.prepare(`REPLACE INTO ids_${id} VALUES (?, ?, ?)`),
    remove: file.prepare(
      `DELETE FROM ${messages} WHERE sequence = ? RETURNING ${head}`,
    ),
    saveHead: file.prepare(
      `UPDATE streams SET messages = ?, bytes = ?, last = ?, last_ms = ? WHERE id = ${id}`,
    ),
    since: file.prepare(
      `SELECT count(*) AS messages, total(length(CAST(subject AS BLOB)) + length(payload)) AS bytes, max(sequence) AS last, max(at_ms) AS last_ms FROM ${messages} WHERE sequence > ?`,
    ),
  };
}
