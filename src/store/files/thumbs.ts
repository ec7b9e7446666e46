/**
 * Thumbnails: made when they are first asked for, once however many ask, so many
 * at a time, and kept beside the image.
 *
 * @module
 */
import { report } from "../../actor/internal.ts";
import { reasonOf } from "../../checks/internal.ts";
import { ObjectNotFoundError } from "../../storage/mod.ts";
import { StoreBusyError } from "../errors.ts";
import { parseThumbSize } from "../schema/thumb_size.ts";
import type { StoredFile } from "./file_rows.ts";
import type { ResolvedFilesOptions } from "./files_options.ts";
import { canScale, loadSharp, scaled } from "./scale_image.ts";

/** Images of which none can be made that are remembered, at most. */
const MAX_REMEMBERED = 1000;

/** Makes thumbnails, and finds those that were made. */
export class Thumbs {
  readonly #options: ResolvedFilesOptions;
  readonly #isKept: (file: StoredFile) => Promise<boolean>;
  /** What is being found or made, by the keys of thumbnails. */
  readonly #making = new Map<string, Promise<StoredFile | undefined>>();
  readonly #waiting: (() => void)[] = [];
  /** Keys of images that cannot be read or are too large. */
  readonly #unfit = new Set<string>();
  #busy = 0;
  #hasFailed = false;

  constructor(
    options: ResolvedFilesOptions,
    isKept: (file: StoredFile) => Promise<boolean>,
  ) {
    this.#options = options;
    this.#isKept = isKept;
  }

  /** Resolves to the thumbnail of an image, or to undefined if there can be none. */
  find(file: StoredFile, size: string): Promise<StoredFile | undefined> {
    const isFit = canScale(file.type) && !this.#unfit.has(file.key) &&
      file.size <= this.#options.maxThumbBytes;
    if (!isFit) return Promise.resolve(undefined);
    const key = `${file.key}/${size}`;
    let making = this.#making.get(key);
    if (making === undefined) {
      making = this.#find(file, key, size).finally(() =>
        this.#making.delete(key)
      );
      this.#making.set(key, making);
    }
    return making;
  }

  async #find(
    file: StoredFile,
    key: string,
    size: string,
  ): Promise<StoredFile | undefined> {
    const { storage } = this.#options;
    try {
      const made = await storage.head(key);
      return thumbOf(file, key, made.size, size);
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) throw error;
    }
    await this.#begin();
    try {
      return await this.#make(file, key, size);
    } finally {
      this.#end();
    }
  }

  async #begin(): Promise<void> {
    const { maxThumbs, maxQueuedThumbs } = this.#options;
    if (this.#busy < maxThumbs) {
      this.#busy++;
      return;
    }
    if (this.#waiting.length >= maxQueuedThumbs) {
      throw new StoreBusyError(
        `Cannot make the thumbnail: ${maxQueuedThumbs} wait already, come back later or raise maxQueuedThumbs`,
      );
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    // The place is handed over.
    await promise;
  }

  #end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#busy--;
    else next();
  }

  async #make(
    file: StoredFile,
    key: string,
    size: string,
  ): Promise<StoredFile | undefined> {
    const { storage, maxThumbPixels } = this.#options;
    const wanted = parseThumbSize(size);
    const sharp = await this.#sharp();
    if (wanted === undefined || sharp === undefined) return undefined;
    const { body } = await storage.get(file.key);
    const image = await new Response(body).bytes();
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await scaled(sharp, image, wanted, maxThumbPixels);
    } catch {
      // It is damaged, or has too many pixels: the image itself is served.
      this.#setUnfit(file.key);
      return undefined;
    }
    await storage.put(key, bytes, { contentType: file.type });
    // It may have been removed meanwhile, and nobody would find this again.
    if (await this.#isKept(file)) {
      return thumbOf(file, key, bytes.length, size);
    }
    await storage.delete(key);
    return undefined;
  }

  async #sharp(): Promise<Awaited<ReturnType<typeof loadSharp>> | undefined> {
    try {
      return await loadSharp();
    } catch (error) {
      if (!this.#hasFailed) {
        report(
          "A store makes no thumbnails, and serves the images themselves: npm:sharp cannot be loaded, which needs --allow-ffi, --allow-read and --allow-env:",
          reasonOf(error),
        );
      }
      this.#hasFailed = true;
      return undefined;
    }
  }

  #setUnfit(key: string): void {
    if (this.#unfit.size >= MAX_REMEMBERED) {
      for (const oldest of this.#unfit) {
        this.#unfit.delete(oldest);
        break;
      }
    }
    this.#unfit.add(key);
  }

  /** Resolves when no thumbnail of a file is being made. */
  async settled(key: string): Promise<void> {
    const own = [...this.#making].filter(([of]) => of.startsWith(`${key}/`));
    await Promise.allSettled(own.map(([, making]) => making));
  }

  /** Resolves when none is being made. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#making.values());
  }
}

function thumbOf(
  file: StoredFile,
  key: string,
  bytes: number,
  size: string,
): StoredFile {
  return {
    ...file,
    key,
    size: bytes,
    name: `${size}_${file.name}`,
    // The same image in the same size, of the same version of sharp or not.
    sha256: `${file.sha256}-${size}-${bytes}`,
  };
}
