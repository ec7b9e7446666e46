/**
 * Writes, reads and lists the files of objects.
 *
 * @module
 */
import {
  type Backend,
  type CheckedRange,
  type ListRequest,
  type OpenedObject,
  rangeWithin,
  type WriteOptions,
} from "../backend.ts";
import { existsError, notFoundError, rangeError } from "../known_errors.ts";
import type { ObjectDetails, ObjectInfo } from "../object_storage.ts";
import type { PutSource } from "../put_source.ts";
import { ObjectNotFoundError } from "../storage_errors.ts";
import { fileError } from "./file_errors.ts";
import { fileOf, OWN_PREFIX, pathOf } from "./file_names.ts";
import { walkKeys } from "./key_walk.ts";
import {
  encodeFooter,
  FileChunks,
  type Footer,
  readFooter,
} from "./object_file.ts";
import {
  openTemporary,
  sweepTemporary,
  type TemporaryFile,
} from "./temporary_files.ts";

/** Objects whose footers are read at once. */
const PAGE = 32;
/** Tries to make directories that others remove, as they have become empty. */
const MAX_TRIES = 100;

/** A directory of objects. */
export class DirectoryBackend implements Backend {
  readonly name = "directory";
  readonly #root: string;
  readonly #temporary: string;
  readonly #isDurable: boolean;
  #prepared: Promise<void> | undefined;

  constructor(root: string, isDurable: boolean) {
    this.#root = root;
    this.#temporary = `${root}/${OWN_PREFIX}temporary`;
    this.#isDurable = isDurable;
  }

  async write(
    key: string,
    source: PutSource,
    { contentType, ifAbsent, signal }: WriteOptions,
  ): Promise<string> {
    const target = `${this.#root}/${fileOf(key)}`;
    try {
      if (ifAbsent && await exists(target)) throw existsError(key);
      const temporary = await this.#openTemporary();
      using file = temporary.file;
      try {
        const etag = await fill(file, source, contentType);
        if (this.#isDurable) await file.sync();
        signal?.throwIfAborted();
        await this.#publish(key, temporary, target, ifAbsent);
        return etag;
      } catch (error) {
        await Deno.remove(temporary.path).catch(() => {});
        throw error;
      }
    } catch (cause) {
      throw fileError(`put ${key}`, cause);
    }
  }

  async #openTemporary(): Promise<TemporaryFile> {
    await this.#prepare();
    try {
      return await openTemporary(this.#temporary);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      // Somebody has removed the directory since it was made.
      this.#prepared = undefined;
      await this.#prepare();
      return await openTemporary(this.#temporary);
    }
  }

  /** Makes the directory, and removes what ended processes have left in it. */
  async #prepare(): Promise<void> {
    this.#prepared ??= (async () => {
      await Deno.mkdir(this.#temporary, { recursive: true });
      await sweepTemporary(this.#temporary);
    })();
    try {
      await this.#prepared;
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  async #publish(
    key: string,
    { path }: TemporaryFile,
    target: string,
    ifAbsent: boolean,
  ): Promise<void> {
    for (let tries = 1;; tries++) {
      try {
        if (ifAbsent) await Deno.link(path, target);
        else await Deno.rename(path, target);
        break;
      } catch (error) {
        if (error instanceof Deno.errors.AlreadyExists) throw existsError(key);
        const isMissing = error instanceof Deno.errors.NotFound;
        if (!isMissing || tries === MAX_TRIES) throw error;
        await this.#makeParents(key);
      }
    }
    if (ifAbsent) await Deno.remove(path);
    await this.#flush(directoryOf(target));
  }

  async #makeParents(key: string): Promise<void> {
    let path = this.#root;
    for (const name of pathOf(key).parents) {
      const parent = path;
      path = `${parent}/${name}`;
      try {
        await Deno.mkdir(path);
        await this.#flush(parent);
      } catch (error) {
        // What is missing again is made by the next try.
        if (error instanceof Deno.errors.NotFound) return;
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
  }

  /** Waits until the disk has the names in a directory. */
  async #flush(path: string): Promise<void> {
    // Windows cannot open a directory as a file, and orders names by itself.
    if (!this.#isDurable || Deno.build.os === "windows") return;
    try {
      using directory = await Deno.open(path);
      await directory.sync();
    } catch (error) {
      // It has become empty, and was removed.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async read(
    key: string,
    range: CheckedRange | undefined,
  ): Promise<OpenedObject> {
    const { file, footer } = await this.#open(key);
    try {
      const part = rangeWithin(range, footer.size);
      if (part === undefined) throw rangeError(key, range, footer.size);
      await file.seek(part.offset, Deno.SeekMode.Start);
      const chunks = new FileChunks(file, part.length);
      return { details: { key, ...footer }, ...part, chunks };
    } catch (cause) {
      file.close();
      throw fileError(`get ${key}`, cause);
    }
  }

  async head(key: string): Promise<ObjectDetails> {
    const { file, footer } = await this.#open(key);
    file.close();
    return { key, ...footer };
  }

  async #open(
    key: string,
  ): Promise<{ readonly file: Deno.FsFile; readonly footer: Footer }> {
    let file: Deno.FsFile | undefined;
    try {
      file = await Deno.open(`${this.#root}/${fileOf(key)}`);
      return { file, footer: await readFooter(key, file) };
    } catch (cause) {
      file?.close();
      if (cause instanceof Deno.errors.NotFound) {
        throw notFoundError(key, { cause });
      }
      throw fileError(`read ${key}`, cause);
    }
  }

  async remove(key: string): Promise<void> {
    const { parents, name } = pathOf(key);
    const path = [this.#root, ...parents];
    try {
      await Deno.remove([...path, name].join("/"));
      await this.#flush(path.join("/"));
      for (; path.length > 1; path.pop()) await Deno.remove(path.join("/"));
    } catch (cause) {
      // Another directory that holds others stays, and one that is gone is gone.
      const { code } = Object(cause);
      const isDone = cause instanceof Deno.errors.NotFound ||
        code === "ENOTEMPTY" || code === "EEXIST";
      if (!isDone) throw fileError(`delete ${key}`, cause);
    }
  }

  async *pages(
    { prefix, after, limit, signal }: ListRequest,
  ): AsyncGenerator<ObjectInfo[]> {
    const pageSize = Math.min(PAGE, limit);
    let keys: string[] = [];
    try {
      for await (const key of walkKeys(this.#root, { prefix, after })) {
        signal?.throwIfAborted();
        if (keys.push(key) < pageSize) continue;
        yield await this.#infos(keys);
        keys = [];
      }
      yield await this.#infos(keys);
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw fileError(`list ${prefix}`, cause);
    }
  }

  async #infos(keys: readonly string[]): Promise<ObjectInfo[]> {
    const found = await Promise.all(keys.map(async (key) => {
      try {
        const { contentType: _, ...info } = await this.head(key);
        return [info];
      } catch (error) {
        // It was removed since its name was read.
        if (error instanceof ObjectNotFoundError) return [];
        throw error;
      }
    }));
    return found.flat();
  }
}

/** Writes an object and its footer; returns its etag. */
async function fill(
  file: Deno.FsFile,
  source: PutSource,
  contentType: string,
): Promise<string> {
  for (let piece; (piece = await source.next()) !== null;) {
    await writeAll(file, piece);
  }
  const { size, sha256: etag } = source.finish();
  const footer = { size, etag, contentType, modifiedAt: Date.now() };
  await writeAll(file, encodeFooter(footer));
  return etag;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
