/**
 * What the main thread and the threads of a store say to each other: calls with
 * a number, and replies with the same.
 *
 * @module
 */
import type { TableDdl } from "../schema/ddl.ts";
import type { OnDelete } from "../schema/field.ts";
import type { Change, SqlValue, Statement, WriteStep } from "./engine.ts";
import type { Failure } from "./failure.ts";

/** What the writer knows of a collection: all of it plain data. */
export interface TablePlan {
  readonly name: string;
  /** All columns, in the order of rows that cross. */
  readonly columns: readonly string[];
  /** The columns that are in the change log. */
  readonly logged: readonly string[];
  readonly relations: readonly RelationPlan[];
  readonly files: readonly FilePlan[];
}

/** A field of files. */
export interface FilePlan {
  readonly field: string;
  readonly isMany: boolean;
}

/** A relation from one collection to another. */
export interface RelationPlan {
  readonly field: string;
  readonly target: string;
  readonly isMany: boolean;
  readonly isRequired: boolean;
  readonly onDelete: OnDelete;
}

/** A migration as it is run. */
export interface MigrationPlan {
  readonly name: string;
  readonly statements: readonly string[];
  readonly hash: string;
}

/** What a thread is opened with. */
export interface OpenPlan {
  readonly path: string;
  readonly busyMs: number;
}

/** What the writer is opened with. */
export interface WriterPlan extends OpenPlan {
  readonly synchronous: "full" | "normal";
  readonly tables: readonly TablePlan[];
  readonly ddl: readonly TableDdl[];
  /** SQL that makes what is no collection, and can be run each time. */
  readonly extra: readonly string[];
  readonly migrations: readonly MigrationPlan[];
  readonly keepMs: number;
  readonly keepChanges: number;
  readonly maxPages: number | undefined;
}

/** The values of a row, in the order of its columns. */
export type Values = readonly SqlValue[];

/** What a step has done, as it crosses. */
export interface StepValues {
  readonly before: Values | null;
  readonly after: Values | null;
  readonly rows: RowSet | null;
  readonly changed: number;
}

/** Rows with the names of their columns. */
export interface RowSet {
  readonly columns: readonly string[];
  readonly rows: readonly Values[];
}

/** What has come of one of several things. */
export type Outcome<T> =
  | { readonly value: T; readonly failure?: undefined }
  | { readonly failure: Failure };

/** What has come of a write. */
export interface WriteValues {
  readonly steps: readonly StepValues[];
  readonly cursor: number;
}

/** A read with its limit. */
export interface ReadCall extends Statement {
  readonly maxRows: number;
}

/** What threads are asked, by the names of calls. */
export interface Calls {
  open_writer: { request: WriterPlan; reply: { cursor: number } };
  open_reader: { request: OpenPlan; reply: null };
  /** Several reads; each has its own outcome. `ReadSender` makes the texts. */
  read: {
    request: { readonly text: string; readonly count: number };
    reply: string;
  };
  /** Several writes in one transaction; each has its own outcome. */
  write: {
    request: {
      readonly works: readonly (readonly WriteStep[])[];
      /** When it is, in milliseconds since 1970. */
      readonly now: number;
      readonly wantsChanges: boolean;
    };
    reply: {
      readonly outcomes: readonly Outcome<WriteValues>[];
      readonly changes: readonly Change[];
      readonly cursor: number;
    };
  };
  begin: { request: null; reply: null };
  tx_read: { request: ReadCall; reply: RowSet };
  tx_write: {
    request: { readonly steps: readonly WriteStep[]; readonly now: number };
    reply: WriteValues;
  };
  commit: {
    request: null;
    reply: { readonly changes: readonly Change[]; readonly cursor: number };
  };
  rollback: { request: null; reply: null };
  backup: { request: string; reply: null };
  /** Makes a file of a copy that no store has open. */
  restore: { request: OpenPlan; reply: null };
  check: { request: null; reply: readonly string[] };
  close: { request: null; reply: null };
}

/** The name of a call. */
export type CallName = keyof Calls;

/** A call on its way. */
export interface CallMessage {
  readonly id: number;
  readonly name: CallName;
  readonly request: unknown;
}

/** A reply on its way. */
export interface ReplyMessage {
  readonly id: number;
  readonly outcome: Outcome<unknown>;
  /** Milliseconds that the thread has worked for it. */
  readonly busyMs: number;
  /** Milliseconds of them that commits took, until the disk had them. */
  readonly commitMs: number;
  readonly commits: number;
  /** Reads or writes that it was for. */
  readonly done: number;
}
