/**
 * A record as clients see it: with the names of its collection, as PocketBase's
 * client expects them, and those of its expanded records.
 *
 * @module
 */
import type { Collection } from "../schema/collection.ts";
import { type FieldTree, pickFields } from "../query/fields.ts";
import { expandTarget } from "./expand_target.ts";
import type { ServedRecord } from "./served_records.ts";

/** The collections by their names. */
type Collections = ReadonlyMap<string, Collection>;

/** Returns a record as a client sees it, with the fields that it asks for. */
export function showRecord(
  collections: Collections,
  collection: Collection,
  record: ServedRecord,
  fields: FieldTree | undefined,
): ServedRecord {
  return pickFields(withCollection(collections, collection, record), fields);
}

/** Returns a record with the name of its collection, which is its id as well. */
export function withCollection(
  collections: Collections,
  collection: Collection,
  record: ServedRecord,
): ServedRecord {
  const { name } = collection;
  const { expand } = record;
  return {
    collectionId: name,
    collectionName: name,
    ...record,
    ...(isRecord(expand)
      ? { expand: expanded(collections, collection, expand) }
      : {}),
  };
}

function expanded(
  collections: Collections,
  collection: Collection,
  expand: ServedRecord,
): ServedRecord {
  return Object.fromEntries(
    Object.entries(expand).map(([name, value]) => {
      const target = expandTarget(collections, collection, name);
      if (target === undefined) return [name, value];
      const shown = (record: unknown) =>
        isRecord(record) ? withCollection(collections, target, record) : record;
      return [name, Array.isArray(value) ? value.map(shown) : shown(value)];
    }),
  );
}

function isRecord(value: unknown): value is ServedRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
