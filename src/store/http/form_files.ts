/**
 * The files of a form, as the fields of collections take them.
 *
 * @module
 */
import { fileFields } from "../files/file_fields.ts";
import { modifiedField } from "../files/file_changes.ts";
import type { UploadedFile } from "../files/linked_files.ts";
import type { Uploads } from "../files/uploads.ts";
import {
  checkFile,
  type FileTarget,
  invalidFile,
} from "../files/check_file.ts";
import type { Collection } from "../schema/collection.ts";
import type { FileField } from "../schema/field.ts";
import { type FormFile, noFile } from "./form_reader.ts";
import type { RequestFields } from "./request_fields.ts";
import type { ServedStore } from "./served_records.ts";

/** Takes the files of a form as they come. */
export interface FormFiles {
  /** The most bytes that all of them have together. */
  readonly maxBytes: number;
  /** Takes one. */
  take(file: FormFile): Promise<UploadedFile>;
}

/** Takes the files of one record. */
export function recordFiles(
  collection: Collection,
  uploads: Uploads,
): FormFiles {
  const maxBytes = fileFields(collection)
    .reduce((sum, [, { max, maxBytes }]) => sum + max * maxBytes, 0);
  return {
    maxBytes,
    take: (file) => take(targetOf(collection, file.name), file, uploads),
  };
}

/**
 * Takes the files of a batch: `requests.0.picture` is one of its first write.
 * PocketBase's client sends them before it says what the writes are, so whether
 * their fields take them is checked by `checkFiles` afterwards.
 */
export function batchFiles(
  { collections }: ServedStore,
  maxBatch: number,
  uploads: Uploads,
): FormFiles {
  return {
    maxBytes: Infinity,
    take: (file) => {
      const [, at = "", name = ""] =
        /^requests\.(\d{1,6})\.([^.]+)$/.exec(file.name) ?? [];
      if (at === "" || Number(at) >= maxBatch) throw noFile(file.name);
      const targets = [...collections.values()].flatMap((collection) =>
        targetOf(collection, name) ?? []
      );
      const [first] = targets;
      if (first === undefined) throw noFile(file.name);
      const definitions = targets.map(({ definition }) => definition);
      const definition: FileField = {
        ...first.definition,
        types: [],
        max: Math.max(...definitions.map(({ max }) => max)),
        maxBytes: Math.max(...definitions.map(({ maxBytes }) => maxBytes)),
      };
      return take({ ...first, definition }, file, uploads);
    },
  };
}

/**
 * Checks that fields take the files that were uploaded for them.
 *
 * @throws {InvalidRecordError} if one does not.
 * @throws {Problem} if there is no such field of files.
 */
export function checkFiles(
  collection: Collection,
  files: RequestFields["files"],
): void {
  for (const [name, uploaded] of files) {
    const target = targetOf(collection, name);
    if (target === undefined) throw noFile(name);
    checkCount(target, uploaded.length);
    for (const { size, type } of uploaded) checkFile(target, size, type);
  }
}

function targetOf(
  collection: Collection,
  name: string,
): FileTarget | undefined {
  const { field } = modifiedField(collection, name) ?? { field: name };
  const definition = Object.hasOwn(collection.fields, field)
    ? collection.fields[field]
    : undefined;
  return definition?.kind === "file"
    ? { collection: collection.name, field, definition }
    : undefined;
}

async function take(
  target: FileTarget | undefined,
  { name, fileName, before, source }: FormFile,
  uploads: Uploads,
): Promise<UploadedFile> {
  if (target === undefined) throw noFile(name);
  checkCount(target, before + 1);
  return await uploads.add({ ...target, name: fileName, source });
}

function checkCount(target: FileTarget, count: number): void {
  const { max } = target.definition;
  if (count > max) {
    throw invalidFile(target, `${count} files`, `at most ${max} of them`);
  }
}
