/**
 * What a client writes, as the fields of a collection take it.
 *
 * @module
 */
import type { JsonValue } from "../../codec/mod.ts";
import { InvalidRecordError } from "../errors.ts";
import type { Collection } from "../schema/collection.ts";
import { type Field, isMany } from "../schema/field.ts";
import type { UploadedFile } from "../files/linked_files.ts";
import type { RequestFields } from "./request_fields.ts";
import type { RecordData } from "./served_records.ts";

/** What a record has that nobody writes: clients send whole records back. */
const READ_ONLY: ReadonlySet<string> = new Set([
  "collectionId",
  "collectionName",
  "created",
  "expand",
  "updated",
]);

/** Fields that a body has at most beside those of its collection. */
const MAX_OTHERS = 100;

/** Kinds of which PocketBase's empty text is our null. */
const EMPTY_IS_NULL: ReadonlySet<string> = new Set([
  "date",
  "email",
  "file",
  "relation",
  "select",
  "url",
]);

/**
 * Returns the fields of a body without what is read only, and the texts of a
 * form as the values that they stand for. What is wrong with the others is for
 * the collection to say.
 *
 * @throws {InvalidRecordError} if there are by far more than there can be.
 */
export function recordInput(
  collection: Collection,
  { fields, isForm, files }: RequestFields,
): RecordData {
  const given = Object.entries(fields);
  const most = Object.keys(collection.fields).length + MAX_OTHERS;
  if (given.length > most) {
    // They are not copied and looked at one by one: a stranger sends them.
    throw new InvalidRecordError(`a record of ${collection.name}`, [{
      path: "",
      value: `an object with ${given.length} fields`,
      needed: `one with at most ${most}`,
    }]);
  }
  const input: [string, unknown][] = [];
  for (const [name, value] of given) {
    if (READ_ONLY.has(name)) continue;
    const field = fieldOf(collection, name);
    if (field === undefined) input.push([name, value]);
    else if (field.presence !== "read_only") {
      input.push([name, ofField(field, value, isForm)]);
    }
  }
  const data = Object.fromEntries(input);
  for (const [name, uploaded] of files) {
    data[name] = withFiles(fieldOf(collection, name), data[name], uploaded);
  }
  return data;
}

function fieldOf({ fields }: Collection, name: string): Field | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Returns the value of a field with files that were uploaded. */
function withFiles(
  field: Field | undefined,
  value: unknown,
  uploaded: readonly UploadedFile[],
): unknown {
  // With a modifier, or of a single file.
  if (field === undefined || !isMany(field)) {
    return uploaded.length === 1 ? uploaded[0] : uploaded;
  }
  return Array.isArray(value) ? [...value, ...uploaded] : uploaded;
}

function ofField(field: Field, value: JsonValue, isForm: boolean): JsonValue {
  if (isMany(field)) {
    if (typeof value !== "string") return value;
    return value === "" ? [] : [value];
  }
  if (value === "" && EMPTY_IS_NULL.has(field.kind)) {
    return field.presence === "required" ? value : null;
  }
  return isForm && typeof value === "string" ? ofText(field, value) : value;
}

/** The value that a text of a form stands for; the text if it is for none. */
function ofText({ kind }: Field, text: string): JsonValue {
  switch (kind) {
    case "bool":
      return text === "true" ? true : text === "false" ? false : text;
    case "number":
    case "integer": {
      if (text === "") return null;
      const number = Number(text);
      return text.trim() === text && Number.isFinite(number) ? number : text;
    }
    case "json":
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    default:
      return text;
  }
}
