/**
 * Objects that are kept in memory.
 *
 * @module
 */
import { checkNoArguments } from "../checks/internal.ts";
import {
  type Backend,
  type CheckedRange,
  type ListRequest,
  type OpenedObject,
  rangeWithin,
  type WriteOptions,
} from "./backend.ts";
import { checkedStorage } from "./checked_storage.ts";
import { existsError, notFoundError, rangeError } from "./known_errors.ts";
import { compareKeys } from "./object_key.ts";
import type {
  ObjectDetails,
  ObjectInfo,
  ObjectStorage,
} from "./object_storage.ts";
import type { PutSource } from "./put_source.ts";

/** The most objects of a page. */
const PAGE = 1000;
/** The most bytes of a chunk that is read. */
const CHUNK_BYTES = 2 ** 18;

/**
 * Returns a storage that keeps objects in memory, for tests and as the lower
 * bound of any cost. It is the one that holds each object whole.
 *
 * @example
 * ```ts
 * import { memoryStorage } from "@troupe/troupe/storage";
 *
 * const storage = memoryStorage();
 * await storage.put("notes/greeting", new TextEncoder().encode("hello"));
 * const { body } = await storage.get("notes/greeting");
 * console.assert(await new Response(body).text() === "hello");
 * ```
 *
 * @throws {TypeError} if an argument is given: there are none.
 */
export function memoryStorage(): ObjectStorage {
  checkNoArguments("memoryStorage()", arguments);
  return checkedStorage(new MemoryBackend());
}

interface Kept {
  readonly details: ObjectDetails;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

class MemoryBackend implements Backend {
  readonly name = "memory";
  readonly #objects = new Map<string, Kept>();

  async write(
    key: string,
    source: PutSource,
    { contentType, ifAbsent }: WriteOptions,
  ): Promise<string> {
    if (ifAbsent && this.#objects.has(key)) throw existsError(key);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (let piece; (piece = await source.next()) !== null;) {
      pieces.push(piece.slice());
    }
    const { size, sha256: etag } = source.finish();
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    if (ifAbsent && this.#objects.has(key)) throw existsError(key);
    const modifiedAt = Date.now();
    const details = { key, size, etag, modifiedAt, contentType };
    this.#objects.set(key, { details, bytes });
    return etag;
  }

  read(key: string, range: CheckedRange | undefined): Promise<OpenedObject> {
    return Promise.try(() => {
      const { details, bytes } = this.#find(key);
      const part = rangeWithin(range, bytes.length);
      if (part === undefined) throw rangeError(key, range, bytes.length);
      const { offset, length } = part;
      let at = offset;
      const end = offset + length;
      const read = () => {
        const chunk = bytes.slice(at, Math.min(at + CHUNK_BYTES, end));
        at += chunk.length;
        return Promise.resolve(chunk.length === 0 ? null : chunk);
      };
      const chunks = { read, close: () => Promise.resolve() };
      return { details, offset, length, chunks };
    });
  }

  head(key: string): Promise<ObjectDetails> {
    return Promise.try(() => this.#find(key).details);
  }

  #find(key: string): Kept {
    const kept = this.#objects.get(key);
    if (kept === undefined) throw notFoundError(key);
    return kept;
  }

  remove(key: string): Promise<void> {
    this.#objects.delete(key);
    return Promise.resolve();
  }

  async *pages(
    { prefix, after }: ListRequest,
  ): AsyncGenerator<ObjectInfo[]> {
    const found = [...this.#objects.values()]
      .filter(({ details: { key } }) =>
        key.startsWith(prefix) && (after === "" || compareKeys(key, after) > 0)
      )
      .map(({ details: { contentType: _, ...info } }) => info)
      .sort((a, b) => compareKeys(a.key, b.key));
    for (let at = 0; at < found.length; at += PAGE) {
      yield found.slice(at, at + PAGE);
    }
  }
}
