/**
 * Errors that several backends throw alike.
 *
 * @module
 */
import { reasonOf } from "../checks/internal.ts";
import type { CheckedRange } from "./backend.ts";
import {
  ObjectExistsError,
  ObjectNotFoundError,
  ObjectRangeError,
  StorageRefusedError,
} from "./storage_errors.ts";

/** The error of an object that is not there. */
export function notFoundError(
  key: string,
  options?: ErrorOptions,
): ObjectNotFoundError {
  return new ObjectNotFoundError(
    `Cannot find ${key}: there is no such object`,
    options,
  );
}

/** The error of a put that was to make a new object. */
export function existsError(
  key: string,
  options?: ErrorOptions,
): ObjectExistsError {
  return new ObjectExistsError(
    `Cannot put ${key}: there is an object with that key, and ifAbsent is true`,
    options,
  );
}

/** The error of a range that holds nothing. */
export function rangeError(
  key: string,
  range: CheckedRange | undefined,
  size: number | undefined,
): ObjectRangeError {
  const how = size === undefined ? "shorter" : `${size} bytes long`;
  return new ObjectRangeError(
    `Cannot get ${key} from byte ${range?.offset ?? 0} on: it is ${how}`,
  );
}

/** The error of a permission that the program does not have. */
export function permissionError(
  what: string,
  cause: unknown,
): StorageRefusedError {
  return new StorageRefusedError(
    `Cannot ${what}: a permission is missing: ${reasonOf(cause)}`,
    "NotCapable",
    undefined,
    { cause },
  );
}

/** The error of a put that met another object, which is gone by now. */
export function conflictError(key: string): StorageRefusedError {
  return new StorageRefusedError(
    `Cannot put ${key}: the service had another object with that key, which is gone by now, put it again`,
    "conflict",
  );
}
