/**
 * Which fields of a record are returned.
 *
 * @module
 */
import { QueryError } from "./query_error.ts";

/** What of a record is returned. */
export interface FieldTree {
  /** Whether every field is returned that is not named. */
  readonly hasAll: boolean;
  /** What of each field that is named is returned; undefined for all of it. */
  readonly fields: ReadonlyMap<string, FieldTree | undefined>;
}

/** The most fields that may be named. */
export const MAX_FIELDS = 100;
const MAX_FIELDS_LENGTH = 3_500;
const MAX_FIELD_DEPTH = 16;

interface Draft {
  hasAll: boolean;
  readonly fields: Map<string, Draft | undefined>;
}

/**
 * Returns what a text such as `id,title,expand.owner.name` chooses: `*` is every
 * field that is not named, also within another one. An empty text chooses all.
 *
 * @throws {QueryError} if it names too many fields, or something is none
 */
export function parseFields(text: string): FieldTree | undefined {
  if (text.trim() === "") return undefined;
  if (text.length > MAX_FIELDS_LENGTH) {
    throw limit(`${text.length} characters`, MAX_FIELDS_LENGTH);
  }
  const parts = text.split(",");
  if (parts.length > MAX_FIELDS) {
    throw limit(`${parts.length} fields`, MAX_FIELDS);
  }
  const root: Draft = { hasAll: false, fields: new Map() };
  let position = 0;
  for (const part of parts) {
    const path = part.trim();
    if (!/^(?:\w+\.)*(?:\w+|\*)$/.test(path)) {
      throw new QueryError({
        part: "fields",
        code: "syntax",
        position: position + part.indexOf(path),
        found: JSON.stringify(path.slice(0, 40)),
        expected: "a field, such as title, expand.owner.name or *",
      });
    }
    add(root, path.split("."));
    position += part.length + 1;
  }
  return root;
}

function add(root: Draft, path: readonly string[]): void {
  if (path.length > MAX_FIELD_DEPTH) {
    throw limit(`${path.length} names in a path`, MAX_FIELD_DEPTH);
  }
  let draft = root;
  path.forEach((name, index) => {
    if (name === "*") {
      draft.hasAll = true;
      return;
    }
    const isAll = draft.fields.has(name) &&
      draft.fields.get(name) === undefined;
    if (index === path.length - 1) draft.fields.set(name, undefined);
    const inner = draft.fields.get(name) ??
      { hasAll: false, fields: new Map() };
    if (index < path.length - 1 && !isAll) draft.fields.set(name, inner);
    draft = inner;
  });
}

/** Returns what a choice leaves of a record. */
export function pickFields(
  record: Readonly<Record<string, unknown>>,
  choice: FieldTree | undefined,
): Readonly<Record<string, unknown>> {
  if (choice === undefined) return record;
  const { hasAll, fields } = choice;
  return Object.fromEntries(
    Object.entries(record).filter(([name]) => hasAll || fields.has(name)).map((
      [name, value],
    ) => [name, picked(value, fields.get(name))]),
  );
}

function picked(value: unknown, choice: FieldTree | undefined): unknown {
  if (choice === undefined) return value;
  if (Array.isArray(value)) return value.map((one) => picked(one, choice));
  return isObject(value) ? pickFields(value, choice) : value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function limit(found: string, most: number): QueryError {
  return new QueryError({
    part: "fields",
    code: "limit",
    found,
    expected: `at most ${most}`,
  });
}
