/**
 * The fields of files of a collection.
 *
 * @module
 */
import type { Collection } from "../schema/collection.ts";
import type { Field, FileField } from "../schema/field.ts";

/** A field of files with its name. */
export type NamedFileField = readonly [name: string, field: FileField];

const known = new WeakMap<Collection, readonly NamedFileField[]>();

/** Returns the fields of files of a collection; most have none. */
export function fileFields(
  collection: Collection,
): readonly NamedFileField[] {
  let found = known.get(collection);
  if (found === undefined) {
    found = Object.entries<Field>(collection.fields).flatMap(
      ([name, field]): readonly NamedFileField[] =>
        field.kind === "file" ? [[name, field]] : [],
    );
    known.set(collection, found);
  }
  return found;
}
