/**
 * Makes records of the rows that are read.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import { StoreError } from "../errors.ts";
import type { Collection } from "./collection.ts";
import { type ComputedField, type Field, isMany } from "./field.ts";

/** A row as it is read. */
type ReadRow = Readonly<Record<string, unknown>>;

/** Sets the value of one field of a record. */
type Reader = (record: Record<string, unknown>, row: ReadRow) => void;

const readers = new WeakMap<Collection, readonly Reader[]>();

/** Values of a computed field that are kept, at most. */
const MAX_CACHED = 1000;

/**
 * Returns the record of a row, without what is hidden. A field whose column the
 * row lacks is left out.
 *
 * @throws {StoreError} if a computed field cannot be computed.
 */
export function recordOf(
  collection: Collection,
  row: ReadRow,
): Record<string, unknown> {
  let all = readers.get(collection);
  if (all === undefined) readers.set(collection, all = readersOf(collection));
  const record: Record<string, unknown> = {};
  if (row.id !== undefined) record.id = row.id;
  if (row.created !== undefined) record.created = row.created;
  if (row.updated !== undefined) record.updated = row.updated;
  for (const read of all) read(record, row);
  return record;
}

function readersOf(collection: Collection): Reader[] {
  const fields = Object.entries(collection.fields);
  const stored = fields.filter(([, { kind }]) => kind !== "computed");
  return [
    ...stored.map(([name, field]) => storedReader(name, field)),
    ...fields.map(([name, field]) =>
      field.kind === "computed"
        ? computedReader(collection, name, field)
        : undefined
    ).filter((reader) => reader !== undefined),
  ];
}

function storedReader(name: string, field: Field): Reader {
  const isText = field.kind === "json" || isMany(field);
  return (record, row) => {
    const value = row[name];
    if (value === undefined) return;
    record[name] = field.kind === "bool"
      ? Boolean(value)
      : typeof value === "bigint"
      ? Number(value)
      : isText && typeof value === "string"
      ? JSON.parse(value)
      : value;
  };
}

function computedReader(
  collection: Collection,
  name: string,
  { dependencies, compute }: ComputedField,
): Reader {
  const cache = new Map<unknown, { of: readonly unknown[]; value: unknown }>();
  return (record, row) => {
    const of = dependencies.map((one) => row[one]);
    if (of.includes(undefined)) return;
    const cached = cache.get(row.id);
    if (
      cached !== undefined && of.every((value, i) => value === cached.of[i])
    ) {
      record[name] = cached.value;
      return;
    }
    try {
      record[name] = compute(record);
    } catch (cause) {
      throw new StoreError(
        `Cannot compute ${name} of ${collection.name} ${row.id}: ${
          reasonOf(cause)
        }`,
        { cause },
      );
    }
    if (row.id === undefined) return;
    if (cache.size >= MAX_CACHED) {
      for (const [oldest] of cache) {
        cache.delete(oldest);
        break;
      }
    }
    cache.set(row.id, { of, value: record[name] });
  };
}
