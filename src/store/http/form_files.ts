/**
 * The files of a form, as the fields of collections take them.
 *
 * @module
 */
import type { JsonValue } from "../../codec/mod.ts";
import { modifiedField } from "../files/file_changes.ts";
import type { UploadedFile } from "../files/linked_files.ts";
import type { Uploads } from "../files/uploads.ts";
import { InvalidRecordError } from "../errors.ts";
import type { Collection } from "../schema/collection.ts";
import type { FileField } from "../schema/field.ts";
import { collectionOfAddress } from "./batch_address.ts";
import { type FormFile, noFile } from "./form_reader.ts";
import { isObject } from "./request_fields.ts";
import type { ServedStore } from "./served_records.ts";

/** Takes the files of a form as they come. */
export interface FormFiles {
  /** The most bytes that all of them have together. */
  readonly maxBytes: number;
  /** Takes one. */
  take(file: FormFile): Promise<UploadedFile>;
}

/** A field of files, and the collection that has it. */
interface Target {
  readonly collection: Collection;
  readonly field: string;
  readonly definition: FileField;
}

/** Takes the files of one record. */
export function recordFiles(
  collection: Collection,
  uploads: Uploads,
): FormFiles {
  const maxBytes = Object.values(collection.fields)
    .filter((field) => field.kind === "file")
    .reduce((sum, { max, maxBytes }) => sum + max * maxBytes, 0);
  return {
    maxBytes,
    take: (file) => take(targetOf(collection, file.name), file, uploads),
  };
}

/** Takes the files of a batch: `requests.0.picture` is one of its first write. */
export function batchFiles(store: ServedStore, uploads: Uploads): FormFiles {
  return {
    maxBytes: Infinity,
    take: (file) => {
      const match = /^requests\.(\d{1,6})\.([^.]+)$/.exec(file.name);
      const requests = file.fields.get("requests");
      const request: JsonValue | undefined =
        Array.isArray(requests) && match !== null
          ? requests[Number(match[1])]
          : undefined;
      const url = isObject(request) ? request.url : undefined;
      const collection = typeof url === "string"
        ? collectionOfAddress(store, url)
        : undefined;
      if (collection === undefined) throw noFile(file.name);
      return take(targetOf(collection, match?.[2] ?? ""), file, uploads);
    },
  };
}

function targetOf(collection: Collection, name: string): Target | undefined {
  const { field } = modifiedField(collection, name) ?? { field: name };
  const definition = Object.hasOwn(collection.fields, field)
    ? collection.fields[field]
    : undefined;
  return definition?.kind === "file"
    ? { collection, field, definition }
    : undefined;
}

async function take(
  target: Target | undefined,
  { name, fileName, before, source }: FormFile,
  uploads: Uploads,
): Promise<UploadedFile> {
  if (target === undefined) throw noFile(name);
  const { collection: { name: collection }, field, definition } = target;
  if (before >= definition.max) {
    throw new InvalidRecordError(`a record of ${collection}`, [{
      path: field,
      value: `more than ${definition.max} files`,
      needed: `at most ${definition.max} of them`,
    }]);
  }
  return await uploads.add({
    collection,
    field,
    definition,
    name: fileName,
    source,
  });
}
