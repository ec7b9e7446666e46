/**
 * The errors that callers get for what has gone wrong on a thread.
 *
 * @module
 */
import {
  ChangesLostError,
  InvalidRecordError,
  MigrationError,
  NotUniqueError,
  RecordInUseError,
  RecordNotFoundError,
  RuleRefusedError,
  SchemaDifferenceError,
  StoreCorruptError,
  StoreError,
  StoreFileError,
  StoreFullError,
  StoreLockedError,
  StorePermissionError,
  TooManyRowsError,
} from "../errors.ts";
import { missingPermission, permissionText } from "./permission.ts";
import { type Failure, FailureError, type PlainKind } from "./failure.ts";

/** What strangers are told over HTTP: where the file is does not concern them. */
const OF_CALLERS: ReadonlySet<string> = new Set([
  "refused",
  "in_use",
  "not_found",
  "too_many_rows",
]);

/** Returns the error that callers get. `what` begins its text: "write to x.db". */
function errorOf(failure: Failure, what: string, path: string): StoreError {
  const place = path === "" || OF_CALLERS.has(failure.kind) ? "" : ` ${path}`;
  switch (failure.kind) {
    case "not_unique":
      return new NotUniqueError(failure.collection, failure.fields);
    case "invalid":
      return new InvalidRecordError(failure.what, failure.issues);
    case "changes_lost":
      return new ChangesLostError(
        `Cannot ${what}${place}: ${failure.text}`,
        failure.firstCursor,
      );
    case "permission":
      return new StorePermissionError(
        `Cannot ${what}${place}: ${permissionText(failure)}`,
        failure.flag,
      );
    case "schema":
      return new SchemaDifferenceError(
        `Cannot ${what}${place}: ${failure.text}`,
        failure.steps,
      );
    default:
      return new CLASSES[failure.kind](
        `Cannot ${what}${place}: ${failure.text}`,
      );
  }
}

const CLASSES: Readonly<
  Record<PlainKind, new (text: string, options?: ErrorOptions) => StoreError>
> = {
  corrupt: StoreCorruptError,
  file: StoreFileError,
  full: StoreFullError,
  in_use: RecordInUseError,
  locked: StoreLockedError,
  migration: MigrationError,
  not_found: RecordNotFoundError,
  refused: RuleRefusedError,
  sql: StoreError,
  too_many_rows: TooManyRowsError,
};

/** Returns what callers get for whatever was thrown: a failure as its error. */
export function publicError(
  error: unknown,
  what: string,
  path = "",
): unknown {
  if (error instanceof FailureError) return errorOf(error.failure, what, path);
  return isFailure(error) ? errorOf(error, what, path) : error;
}

/**
 * Returns what callers get for what was thrown while files are opened, copied or
 * looked at: what the system or Deno says is a typed error as well.
 */
export function fileError(error: unknown, what: string, path: string): unknown {
  if (!(error instanceof Error) || error instanceof FailureError) {
    return publicError(error, what, path);
  }
  const missing = missingPermission(error);
  if (missing !== undefined) {
    return errorOf({ kind: "permission", ...missing }, what, path);
  }
  if (error instanceof StoreError) return error;
  const code: unknown = Reflect.get(error, "code");
  if (typeof code !== "string") return error;
  const kind = code === "ENOSPC" || code === "EDQUOT" ? "full" : "file";
  const text =
    `${error.message}, the directory must be there, be writable and have room`;
  return new CLASSES[kind](`Cannot ${what} ${path}: ${text}`, { cause: error });
}

function isFailure(error: unknown): error is Failure {
  return typeof error === "object" && error !== null && "kind" in error &&
    !(error instanceof Error);
}
