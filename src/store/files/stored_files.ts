/**
 * The files of a store: uploaded before a record names them, read by their
 * names, and removed when no record names them.
 *
 * An upload is noted in the database before its object is written, and a write
 * of a record ties it to the record in the same transaction. So whatever ends a
 * process, each object has a row, and what no record names is found again.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { ByteRange, ObjectRead } from "../../storage/mod.ts";
import { ObjectNotFoundError } from "../../storage/mod.ts";
import type { Change, Engine, Statement } from "../engine/engine.ts";
import type { Collection } from "../schema/collection.ts";
import { checkFile, type FileTarget, tooLarge } from "./check_file.ts";
import { contentTypeOf, SAMPLE_BYTES } from "./content_type.ts";
import { fileFields } from "./file_fields.ts";
import { newObjectKey, storedName } from "./file_names.ts";
import { FileRemover } from "./file_remover.ts";
import {
  fileOfRow,
  findFile,
  GIVE_UP_ALL,
  giveUp,
  leftKeys,
  noteUpload,
  type StoredFile,
} from "./file_rows.ts";
import {
  type ByteSource,
  FileSource,
  FileTooLargeError,
} from "./file_source.ts";
import type { ResolvedFilesOptions } from "./files_options.ts";
import { UploadedFile } from "./linked_files.ts";
import { countedBody, Slots } from "./slots.ts";
import { Thumbs } from "./thumbs.ts";

/** What the files of a store are made of. */
export interface StoredFilesParts {
  readonly engine: Pick<
    Engine,
    "read" | "write" | "subscribe" | "closed"
  >;
  readonly collections: Iterable<Collection>;
  readonly options: ResolvedFilesOptions;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A file that comes, and the field that is to have it. */
export interface Upload extends FileTarget {
  /** The name that its sender gives it. */
  readonly name: string;
  readonly source: ByteSource;
  readonly signal?: AbortSignal | undefined;
}

/** What of a file is read. */
export interface FileRead {
  /** Default: all of it. */
  readonly range?: ByteRange | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The files of a store. */
export class StoredFiles {
  readonly #parts: StoredFilesParts;
  readonly #transfers: Slots;
  readonly #remover: FileRemover;
  readonly #thumbs: Thumbs;
  readonly #changes: Disposable | undefined;

  constructor(parts: StoredFilesParts) {
    this.#parts = parts;
    const { engine, options, clock } = parts;
    const { storage } = options;
    this.#transfers = new Slots(options.maxTransfers);
    this.#thumbs = new Thumbs(options, (file) => this.#isKept(file));
    this.#remover = new FileRemover({
      engine,
      storage,
      clock,
      settled: (key) => this.#thumbs.settled(key),
    });
    // A store may end with its system, and nobody closes it.
    void engine.closed.then(() => this.#remover.close());
    const fields = fileFieldsOf(parts.collections);
    // Stores without files are not notified for nothing.
    this.#changes = fields.size === 0
      ? undefined
      : engine.subscribe((changes) => {
        if (changes.some((change) => hasLost(change, fields))) {
          this.#remover.start();
        }
      });
  }

  /** Marks what a process that has ended has left, and starts to remove it. */
  async sweep(): Promise<void> {
    await this.#run(GIVE_UP_ALL);
    const left = await this.#parts.engine.read(leftKeys(1));
    if (left.length > 0) this.#remover.start();
  }

  /**
   * Takes a file that comes, and resolves when the storage has all of it.
   *
   * @throws {InvalidRecordError} as a rejection, if the field does not take it.
   * @throws {StoreBusyError} as a rejection, if too many files are on their way.
   * @throws {StorageError} as a rejection, if it cannot be written.
   */
  async upload(upload: Upload): Promise<UploadedFile> {
    const { definition, source, signal } = upload;
    let slot: Disposable;
    try {
      slot = this.#transfers.take();
    } catch (error) {
      source.cancel(error);
      throw error;
    }
    using _slot = slot;
    const bytes = new FileSource(source, definition.maxBytes);
    try {
      signal?.throwIfAborted();
      const sample = await bytes.sample(SAMPLE_BYTES);
      const type = await contentTypeOf(sample, upload.name);
      checkFile(upload, 0, type);
      return await this.#write(upload, bytes, type);
    } catch (error) {
      source.cancel(error);
      throw error instanceof FileTooLargeError ? tooLarge(upload) : error;
    }
  }

  async #write(
    { name, signal }: Upload,
    bytes: FileSource,
    type: string,
  ): Promise<UploadedFile> {
    const key = newObjectKey();
    const { options: { storage }, now } = this.#parts;
    await this.#run(noteUpload(key, now()));
    try {
      const { size, sha256 } = await storage.put(key, bytes.stream(), {
        contentType: type,
        ...(signal === undefined ? {} : { signal }),
      });
      return new UploadedFile({
        key,
        name: storedName(name),
        size,
        type,
        sha256,
      });
    } catch (error) {
      await this.discard([key]).catch(() => {});
      throw bytes.failure ?? error;
    }
  }

  /** Removes files that were uploaded, as far as no record has come to name them. */
  async discard(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await this.#run(giveUp(keys));
    this.#remover.start();
  }

  /** Resolves to a file of a record; undefined if there is none. */
  async find(
    collection: string,
    record: string,
    name: string,
  ): Promise<StoredFile | undefined> {
    const { engine } = this.#parts;
    const [row] = await engine.read(findFile(collection, record, name));
    return row && fileOfRow(row);
  }

  /**
   * Opens a file to read it; resolves to undefined if the storage does not have
   * it.
   *
   * @throws {StoreBusyError} as a rejection, if too many files are on their way.
   */
  async open(
    { key }: Pick<StoredFile, "key">,
    { range, signal }: FileRead = {},
  ): Promise<ObjectRead | undefined> {
    const slot = this.#transfers.take();
    try {
      const read = await this.#parts.options.storage.get(key, {
        ...(range === undefined ? {} : { range }),
        ...(signal === undefined ? {} : { signal }),
      });
      return { ...read, body: countedBody(read.body, slot) };
    } catch (error) {
      slot[Symbol.dispose]();
      if (error instanceof ObjectNotFoundError) return undefined;
      throw error;
    }
  }

  /**
   * Resolves to a thumbnail of a file in a size of its field, which is made if
   * there is none; undefined if none can be made of it.
   *
   * @throws {StoreBusyError} as a rejection, if too many wait to be made.
   */
  thumb(file: StoredFile, size: string): Promise<StoredFile | undefined> {
    return this.#thumbs.find(file, size);
  }

  async #isKept({ key }: StoredFile): Promise<boolean> {
    const rows = await this.#parts.engine.read({
      sql: `SELECT 1 AS "one" FROM "_files" WHERE key = ? AND state = 1`,
      values: [key],
    });
    return rows.length > 0;
  }

  async #run(statement: Statement): Promise<void> {
    await this.#parts.engine.write({ steps: [{ kind: "run", statement }] });
  }

  /** Resolves when what no record names is removed, for now. */
  async idle(): Promise<void> {
    await this.#remover.idle();
  }

  /** Ends it, when what it is doing is done. */
  async close(): Promise<void> {
    this.#changes?.[Symbol.dispose]();
    await this.#thumbs.close();
    await this.#remover.close();
  }
}

/** Returns the names of the fields of files, by collection. */
function fileFieldsOf(
  collections: Iterable<Collection>,
): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (const one of collections) {
    const own = fileFields(one).map(([name]) => name);
    if (own.length > 0) fields.set(one.name, own);
  }
  return fields;
}

/** Whether a record may name fewer files than before. */
function hasLost(
  { collection, before, record }: Change,
  fields: ReadonlyMap<string, readonly string[]>,
): boolean {
  const own = fields.get(collection);
  if (own === undefined || before === null) return false;
  return own.some((field) => before[field] !== (record?.[field] ?? null));
}
