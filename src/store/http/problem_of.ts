/**
 * The problem for each error of the store.
 *
 * @module
 */
import {
  AuthBusyError,
  InvalidTokenError,
  TooManyTriesError,
  WrongCredentialsError,
} from "../auth/auth_errors.ts";
import { StorageRefusedError } from "../../storage/mod.ts";
import {
  InvalidRecordError,
  NotUniqueError,
  RecordInUseError,
  RecordNotFoundError,
  RuleRefusedError,
  StoreBusyError,
  StoreClosedError,
  StoreFullError,
  StoreTimeoutError,
  TooManyRowsError,
} from "../errors.ts";
import { QueryError } from "../query/query_error.ts";
import { type FieldProblem, Problem } from "./problem.ts";

/** What a storage of files is refused with where there is no room. */
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** Returns the problem for an error, or `undefined` if it is a fault of ours. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (!(error instanceof Error)) return undefined;
  return fieldProblemOf(error) ?? waitProblemOf(error) ?? plainProblemOf(error);
}

function fieldProblemOf(error: Error): Problem | undefined {
  if (error instanceof InvalidRecordError) {
    return new Problem("invalid", error.message, {
      data: Object.fromEntries(
        error.issues.map(({ path, value, needed }) => [
          path === "" ? "record" : path,
          field(
            value === "missing"
              ? "validation_required"
              : "validation_invalid_value",
            `It is ${value}, it must be ${needed}.`,
          ),
        ]),
      ),
    });
  }
  if (error instanceof NotUniqueError) {
    const taken = field(
      "validation_not_unique",
      "The value must be unique, and another record has it.",
    );
    return new Problem("invalid", error.message, {
      data: Object.fromEntries(error.fields.map((name) => [name, taken])),
    });
  }
  if (error instanceof QueryError) {
    return new Problem("bad_request", error.message, {
      data: {
        [error.part]: {
          ...field(`invalid_${error.code}`, error.message),
          ...(error.position === undefined ? {} : { position: error.position }),
        },
      },
    });
  }
  return undefined;
}

function field(code: string, message: string): FieldProblem {
  return { code, message };
}

function waitProblemOf(error: Error): Problem | undefined {
  if (error instanceof TooManyTriesError) {
    return retryLater("too_many_requests", error, error.retryAfterMs);
  }
  if (error instanceof AuthBusyError) {
    return retryLater("busy", error, error.retryAfterMs);
  }
  if (error instanceof StoreBusyError || error instanceof StoreTimeoutError) {
    return retryLater("busy", error, 1000);
  }
  return undefined;
}

function retryLater(
  kind: "busy" | "too_many_requests",
  { message }: Error,
  afterMs: number,
): Problem {
  return new Problem(kind, message, {
    headers: { "retry-after": `${Math.max(1, Math.ceil(afterMs / 1000))}` },
  });
}

function plainProblemOf(error: Error): Problem | undefined {
  // The reply does not show whether there is a record that may not be seen.
  if (error instanceof RecordNotFoundError) {
    return new Problem("not_found", "There is no such record");
  }
  if (error instanceof RuleRefusedError) {
    return new Problem("forbidden", error.message);
  }
  if (
    error instanceof WrongCredentialsError || error instanceof InvalidTokenError
  ) {
    return new Problem("bad_request", error.message);
  }
  if (error instanceof RecordInUseError) {
    // The text has the id of a record that may be hidden.
    return new Problem("conflict", "Another record relates to it");
  }
  if (error instanceof TooManyRowsError) {
    return new Problem("bad_request", error.message);
  }
  const isFull = error instanceof StoreFullError ||
    error instanceof StorageRefusedError && FULL.has(error.code);
  if (isFull) {
    return new Problem("disk_full", "The disk of the store is full");
  }
  if (error instanceof StoreClosedError) {
    return new Problem("closed", "The store is closed");
  }
  return undefined;
}
