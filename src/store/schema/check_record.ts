/**
 * Checks what records are created from and changed by, and makes the rows that
 * are written: all mistakes are found at once.
 *
 * @module
 */
import { kindOf } from "../../checks/internal.ts";
import { type InvalidIssue, InvalidRecordError } from "../errors.ts";
import {
  issuesOf,
  type Kept,
  keptOf,
  NeededError,
  runSchema,
  shownValue,
} from "./check_value.ts";
import type { Collection } from "./collection.ts";
import { type Field, isMany } from "./field.ts";
import { isRecordId } from "./record_id.ts";
import { recordOf } from "./record_row.ts";
import { unknownFieldIssues } from "./unknown_field.ts";

/** The columns of a row that are written. */
export type KeptRow = Record<string, Kept>;

type Input = Readonly<Record<string, unknown>>;

/**
 * Returns the row of a new record without `id`, `created` and `updated`.
 *
 * @throws {InvalidRecordError} as a rejection, with everything that is wrong.
 */
export async function checkNewRecord(
  collection: Collection,
  input: Input,
): Promise<KeptRow> {
  const issues = basicIssues(collection, input);
  if (input?.id !== undefined && !isRecordId(input.id)) {
    issues.push({
      path: "id",
      value: shownValue(input.id),
      needed: "15 characters, a-z and 0-9",
    });
  }
  const row: KeptRow = {};
  for (const [name, field] of Object.entries(collection.fields)) {
    const value = input?.[name];
    await keep(row, issues, name, field, value === undefined ? null : value);
  }
  throwIssues(collection, issues);
  return await checkWhole(collection, row);
}

/**
 * Returns the columns that a change of a record writes. A collection with a
 * schema for whole records is to be checked by `checkWholeRecord` too.
 *
 * @throws {InvalidRecordError} as a rejection, with everything that is wrong.
 */
export async function checkRecordChanges(
  collection: Collection,
  changes: Input,
): Promise<KeptRow> {
  const issues = basicIssues(collection, changes);
  if (changes?.id !== undefined) {
    issues.push({
      path: "id",
      value: shownValue(changes.id),
      needed: "left out, as it cannot be changed",
    });
  }
  const row: KeptRow = {};
  for (const [name, field] of Object.entries(collection.fields)) {
    const value = changes?.[name];
    if (value !== undefined) await keep(row, issues, name, field, value);
  }
  throwIssues(collection, issues);
  return row;
}

/**
 * Returns a row as the schema of its collection makes it.
 *
 * @param row All columns that are written.
 * @throws {InvalidRecordError} as a rejection, with everything that is wrong.
 */
export async function checkWhole(
  collection: Collection,
  row: KeptRow,
): Promise<KeptRow> {
  const { validate, fields } = collection;
  if (validate === undefined) return row;
  const record: Record<string, unknown> = {};
  const read = recordOf(collection, row);
  for (const [name, { presence }] of Object.entries(fields)) {
    if (presence !== "read_only") record[name] = read[name];
  }
  const result = await runSchema(validate, record);
  throwIssues(collection, issuesOf(result, "", record));
  if (result.issues !== undefined) return row;
  // What the schema makes of it has to be right too.
  const made = Object(result.value) as Input;
  const issues = basicIssues(collection, made);
  const kept: KeptRow = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.presence === "read_only") continue;
    keepChecked(kept, issues, name, field, made[name] ?? null);
  }
  throwIssues(collection, issues);
  return kept;
}

/** What is no object at all, or has fields that there are not. */
function basicIssues(collection: Collection, input: unknown): InvalidIssue[] {
  const { fields, name } = collection;
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return [{
      path: "",
      value: kindOf(input),
      needed: `an object with fields of ${name}`,
    }];
  }
  const unknown = Object.keys(input).filter((field) =>
    field !== "id" && !Object.hasOwn(fields, field)
  );
  return unknownFieldIssues(unknown, Object.keys(fields), {
    of: `${name} has`,
    valueOf: (field) => shownValue(Reflect.get(input, field)),
  });
}

async function keep(
  row: KeptRow,
  issues: InvalidIssue[],
  name: string,
  field: Field,
  value: unknown,
): Promise<void> {
  if (field.kind === "json" && field.schema !== undefined && value !== null) {
    const result = await runSchema(field.schema, value);
    if (result.issues !== undefined) {
      issues.push(...issuesOf(result, name, value));
      return;
    }
    value = result.value;
  }
  keepChecked(row, issues, name, field, value);
}

function keepChecked(
  row: KeptRow,
  issues: InvalidIssue[],
  name: string,
  field: Field,
  value: unknown,
): void {
  try {
    if (value !== null) row[name] = keptOf(field, value);
    else if (field.presence === "required") throw new NeededError("given");
    else if (field.kind === "bool") row[name] = 0n;
    else if (isMany(field)) row[name] = "[]";
    else if (field.presence === "optional") row[name] = null;
  } catch (error) {
    if (!(error instanceof NeededError)) throw error;
    issues.push({
      path: name,
      value: value === null ? "missing" : shownValue(value),
      needed: error.message,
    });
  }
}

function throwIssues(
  { name }: Collection,
  issues: readonly InvalidIssue[],
): void {
  if (issues.length > 0) {
    throw new InvalidRecordError(`a record of ${name}`, issues);
  }
}
