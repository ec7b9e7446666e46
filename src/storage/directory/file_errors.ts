/**
 * What a file system refuses, as errors of a storage.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import { StorageError, StorageRefusedError } from "../storage_errors.ts";

/** Returns the error of an operation that failed. */
export function fileError(what: string, cause: unknown): unknown {
  if (cause instanceof StorageError || cause instanceof TypeError) return cause;
  const { code, name } = Object(cause);
  return new StorageRefusedError(
    `Cannot ${what}: ${reasonOf(cause)}`,
    typeof code === "string" ? code : String(name),
    undefined,
    { cause },
  );
}
