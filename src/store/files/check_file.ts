/**
 * Whether a field takes a file.
 *
 * @module
 */
import { InvalidRecordError } from "../errors.ts";
import type { FileField } from "../schema/field.ts";
import { isAllowedType } from "./content_type.ts";

/** A field of files. */
export interface FileTarget {
  /** The name of the collection. */
  readonly collection: string;
  /** The name of the field. */
  readonly field: string;
  readonly definition: FileField;
}

/**
 * Checks that a field takes a file.
 *
 * @param bytes How many it has, as far as that is known.
 * @throws {InvalidRecordError} if it does not.
 */
export function checkFile(
  target: FileTarget,
  bytes: number,
  type: string,
): void {
  const { maxBytes, types } = target.definition;
  if (!isAllowedType(type, types)) {
    throw invalidFile(
      target,
      type,
      `a file of the types ${types.join(", ")}`,
    );
  }
  if (bytes > maxBytes) throw tooLarge(target);
}

/** The error of a file that is larger than its field takes. */
export function tooLarge(target: FileTarget): InvalidRecordError {
  const { maxBytes } = target.definition;
  return invalidFile(
    target,
    "too large",
    `a file of at most ${maxBytes} bytes`,
  );
}

/** The error of what is wrong with the files of a field. */
export function invalidFile(
  { collection, field }: FileTarget,
  value: string,
  needed: string,
): InvalidRecordError {
  return new InvalidRecordError(`a record of ${collection}`, [
    { path: field, value, needed },
  ]);
}
