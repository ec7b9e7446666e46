/**
 * Tasks in a table of `node:sqlite`, as one writes it by hand.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";

/** The table and its index. */
export const TASKS = `
  CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    title TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    points INTEGER
  ) STRICT;
  CREATE INDEX by_points ON tasks (points);
`;

/** A record of the table. */
export interface Task {
  readonly id: string;
  readonly created: string;
  readonly updated: string;
  readonly title: string;
  readonly done: boolean;
  readonly points: number | null;
}

/** A statement whose rows are arrays: they cost half of what objects do. */
export interface ArrayStatement {
  setReturnArrays(isOn: boolean): void;
  get(...values: (string | bigint)[]): readonly unknown[] | undefined;
  all(...values: (string | bigint)[]): readonly (readonly unknown[])[];
}

function isArrayStatement(statement: object): statement is ArrayStatement {
  return "setReturnArrays" in statement;
}

/** Prepares a statement whose rows are arrays. */
export function arrays(database: DatabaseSync, text: string): ArrayStatement {
  const statement: object = database.prepare(text);
  if (!isArrayStatement(statement)) throw new Error("Cannot read arrays");
  statement.setReturnArrays(true);
  return statement;
}

/** Makes the record of a row. */
export function taskOf(row: readonly unknown[] | undefined): Task {
  if (row === undefined) throw new Error("Cannot find the task");
  return {
    id: row[0] as string,
    created: row[1] as string,
    updated: row[2] as string,
    title: row[3] as string,
    done: row[4] === 1,
    points: row[5] as number | null,
  };
}
