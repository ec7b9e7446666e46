/**
 * Changes of the files of a record that depend on those that it has: `photos+`
 * adds some behind them, `+photos` before them, and `photos-` removes some.
 *
 * @module
 */
import type { Row } from "../engine/engine.ts";
import type { Collection } from "../schema/collection.ts";
import { fileFields } from "./file_fields.ts";
import { type Field, isMany } from "../schema/field.ts";

/** What is written, by the names of fields. */
type Data = Readonly<Record<string, unknown>>;

type Modifier = "append" | "prepend" | "remove";

/** A field and how it is changed. */
export interface ModifiedField {
  readonly field: string;
  readonly modifier: Modifier;
}

/** What is written, once the files are known that a record has. */
export interface AppliedFiles {
  /** What is written, without modifiers. */
  readonly data: Data;
  /** Columns that must be the same still when it is written. */
  readonly guard: Row;
}

/** Returns the field of files that a name such as `photos+` changes. */
export function modifiedField(
  { fields }: Collection,
  name: string,
): ModifiedField | undefined {
  if (Object.hasOwn(fields, name)) return undefined;
  const modified: ModifiedField | undefined = name.endsWith("+")
    ? { field: name.slice(0, -1), modifier: "append" }
    : name.endsWith("-")
    ? { field: name.slice(0, -1), modifier: "remove" }
    : name.startsWith("+")
    ? { field: name.slice(1), modifier: "prepend" }
    : undefined;
  if (modified === undefined || !Object.hasOwn(fields, modified.field)) {
    return undefined;
  }
  return fields[modified.field]?.kind === "file" ? modified : undefined;
}

/** Whether something that is written depends on the files of the record. */
export function hasFileChanges(collection: Collection, data: Data): boolean {
  return fileFields(collection).length > 0 &&
    Object.keys(data).some((name) =>
      modifiedField(collection, name) !== undefined
    );
}

/**
 * Applies modifiers to the files of a record.
 *
 * @param row The record as it is; null for a new one.
 */
export function applyFileChanges(
  collection: Collection,
  data: Data,
  row: Row | null,
): AppliedFiles {
  if (!hasFileChanges(collection, data)) return { data, guard: {} };
  const applied: Record<string, unknown> = {};
  const changes: (ModifiedField & { readonly value: unknown })[] = [];
  for (const [name, value] of Object.entries(data)) {
    const modified = modifiedField(collection, name);
    if (modified === undefined) applied[name] = value;
    else changes.push({ ...modified, value });
  }
  const guard: Record<string, Row[string]> = {};
  for (const { field, modifier, value } of changes) {
    const definition = collection.fields[field];
    if (definition === undefined) continue;
    const isArray = isMany(definition);
    if (!Object.hasOwn(applied, field)) {
      if (row !== null) guard[field] = row[field] ?? null;
      applied[field] = keptFiles(definition, row?.[field] ?? null);
    }
    const files = changed(listOf(applied[field]), modifier, listOf(value));
    applied[field] = isArray ? files : files.at(-1) ?? null;
  }
  return { data: applied, guard };
}

function changed(
  files: readonly unknown[],
  modifier: Modifier,
  values: readonly unknown[],
): readonly unknown[] {
  switch (modifier) {
    case "append":
      return [...files, ...values];
    case "prepend":
      return [...values, ...files];
    case "remove":
      return files.filter((file) => !values.includes(file));
  }
}

function keptFiles(field: Field, value: unknown): readonly unknown[] {
  if (value === null) return [];
  return isMany(field) ? JSON.parse(String(value)) : [value];
}

function listOf(value: unknown): readonly unknown[] {
  if (value === null || value === "" || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
