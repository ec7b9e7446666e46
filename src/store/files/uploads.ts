/**
 * The files of one write: uploaded before it, and removed if no record has come
 * to name them.
 *
 * @module
 */
import { StoreError } from "../errors.ts";
import type { Collection } from "../schema/collection.ts";
import type { FileField } from "../schema/field.ts";
import { isNewFile, type NewFile } from "../schema/file_input.ts";
import { invalidFile } from "./check_file.ts";
import { fileFields } from "./file_fields.ts";
import { sourceOfStream } from "./file_source.ts";
import type { UploadedFile } from "./linked_files.ts";
import type { StoredFiles, Upload } from "./stored_files.ts";

/** What a file without a name is called. */
const NAMELESS = "file";

/** The files of one write. */
export class Uploads implements AsyncDisposable {
  readonly #files: StoredFiles | undefined;
  readonly #uploaded: UploadedFile[] = [];
  #isKept = false;

  /** @param files Undefined where no new file can be taken. */
  constructor(files: StoredFiles | undefined) {
    this.#files = files;
  }

  /** Takes a file that comes. */
  async add(upload: Upload): Promise<UploadedFile> {
    if (this.#files === undefined) {
      upload.source.cancel(undefined);
      throw new StoreError(
        `Cannot write ${upload.field} of ${upload.collection}: a stored function cannot take a new file, write the record with it before or afterwards`,
      );
    }
    const file = await this.#files.upload(upload);
    this.#uploaded.push(file);
    return file;
  }

  /**
   * Uploads the new files of what is to be written, one after another; resolves
   * to the same with what was uploaded in their place.
   */
  async take(
    of: Collection,
    data: unknown,
    { signal }: { readonly signal?: AbortSignal },
  ): Promise<unknown> {
    if (typeof data !== "object" || data === null) return data;
    let taken: Record<string, unknown> | undefined;
    const { name: collection } = of;
    for (const [field, definition] of fileFields(of)) {
      const value = Reflect.get(data, field);
      if (!hasNewFile(value)) continue;
      const upload = (file: NewFile) =>
        this.add({
          collection,
          field,
          definition,
          signal,
          name: nameOf(file),
          source: sourceOfStream(
            file instanceof Blob ? file.stream() : file.body,
          ),
        });
      taken ??= { ...data };
      taken[field] = Array.isArray(value)
        ? await this.#takeAll(collection, field, definition, value, upload)
        : isNewFile(value)
        ? await upload(value)
        : value;
    }
    return taken ?? data;
  }

  async #takeAll(
    collection: string,
    field: string,
    definition: FileField,
    values: readonly unknown[],
    upload: (file: NewFile) => Promise<UploadedFile>,
  ): Promise<unknown[]> {
    const { max } = definition;
    if (values.length > max) {
      throw invalidFile(
        { collection, field, definition },
        `${values.length} files`,
        `at most ${max} of them`,
      );
    }
    const taken: unknown[] = [];
    for (const value of values) {
      taken.push(isNewFile(value) ? await upload(value) : value);
    }
    return taken;
  }

  /** A record names them now. */
  keep(): void {
    this.#isKept = true;
  }

  /** Removes what no record has come to name. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isKept || this.#uploaded.length === 0) return;
    // What cannot be said now is found when the store is opened again.
    await this.#files?.discard(this.#uploaded.map(({ key }) => key))
      .catch(() => {});
  }
}

function hasNewFile(value: unknown): boolean {
  return Array.isArray(value) ? value.some(isNewFile) : isNewFile(value);
}

function nameOf(file: NewFile): string {
  const { name } = file as { readonly name?: unknown };
  return typeof name === "string" && name !== "" ? name : NAMELESS;
}
