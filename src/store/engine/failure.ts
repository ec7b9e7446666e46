/**
 * What has gone wrong on a thread of the store, as data that crosses.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import type { InvalidIssue } from "../errors.ts";
import { missingPermission } from "./permission.ts";

/** What has a class of errors and a text, and nothing else. */
export type PlainKind =
  | "corrupt"
  | "file"
  | "full"
  | "in_use"
  | "locked"
  | "migration"
  | "not_found"
  | "refused"
  | "sql"
  | "too_many_rows";

/** What has gone wrong. */
export type Failure =
  | { readonly kind: PlainKind; readonly text: string }
  | {
    readonly kind: "not_unique";
    readonly collection: string;
    readonly fields: readonly string[];
  }
  | {
    readonly kind: "invalid";
    readonly what: string;
    readonly issues: readonly InvalidIssue[];
  }
  | {
    readonly kind: "changes_lost";
    readonly text: string;
    readonly firstCursor: string;
  }
  | {
    readonly kind: "permission";
    readonly flag: string;
    readonly of: string;
  }
  | {
    readonly kind: "schema";
    readonly text: string;
    readonly steps: readonly string[];
  };

/** Thrown on a thread of the store. */
export class FailureError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super("text" in failure ? failure.text : failure.kind);
    this.failure = failure;
  }
}

/** Returns a failure to throw. */
export function failing(kind: PlainKind, text: string): FailureError {
  return new FailureError({ kind, text });
}

/** The codes of SQLite that mean something of their own, without their details. */
const BUSY = 5;
const LOCKED = 6;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const CONSTRAINT = 19;
const NOT_A_DATABASE = 26;

/** Returns what has gone wrong, whatever was thrown on the thread. */
export function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  const missing = missingPermission(error);
  if (missing !== undefined) return { kind: "permission", ...missing };
  const reason = reasonOf(error);
  switch (codeOf(error)) {
    case BUSY:
    case LOCKED:
      return {
        kind: "locked",
        text:
          `another process writes to the file (${reason}), close the store there`,
      };
    case CORRUPT:
    case NOT_A_DATABASE:
      return {
        kind: "corrupt",
        text:
          `the file is damaged or no database (${reason}), restore it from a backup or choose another path`,
      };
    case FULL:
      return {
        kind: "full",
        text: `there is no room for it (${reason}), nothing of it was written`,
      };
    case IO_ERROR:
    case CANNOT_OPEN:
    case READ_ONLY:
      return {
        kind: "file",
        text:
          `${reason}; the directory must be there, be writable and have room`,
      };
    case CONSTRAINT:
      return constraint(reason);
    default:
      return { kind: "sql", text: reason };
  }
}

/** The code of an error of SQLite, or what its text says: `exec` has no codes. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, "errcode");
  if (typeof code === "number") return code & 0xff;
  if (/database is locked/.test(error.message)) return BUSY;
  if (/malformed/.test(error.message)) return CORRUPT;
  if (/not a database/.test(error.message)) return NOT_A_DATABASE;
  if (/is full/.test(error.message)) return FULL;
  if (/unable to open|disk I\/O/.test(error.message)) return CANNOT_OPEN;
  if (/constraint failed/.test(error.message)) return CONSTRAINT;
  return undefined;
}

function constraint(reason: string): Failure {
  const unique = /UNIQUE constraint failed: (.+)$/.exec(reason)?.[1];
  if (unique === undefined) return { kind: "sql", text: reason };
  const columns = unique.split(", ").map((one) => one.split("."));
  return {
    kind: "not_unique",
    collection: columns[0]?.[0] ?? "",
    fields: columns.map(([, field = ""]) => field),
  };
}

/** Whether a failure concerns the file, and not one write alone. */
export function isOfFile({ kind }: Failure): boolean {
  return kind === "corrupt" || kind === "file" || kind === "locked" ||
    kind === "permission";
}
