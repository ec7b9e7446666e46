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
  TooManyRowsError,
} from "../errors.ts";
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

const CLASSES: Readonly<Record<PlainKind, new (text: string) => StoreError>> = {
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

function isFailure(error: unknown): error is Failure {
  return typeof error === "object" && error !== null && "kind" in error &&
    !(error instanceof Error);
}
