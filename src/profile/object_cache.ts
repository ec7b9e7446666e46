/**
 * A cache of objects in memory, in front of a storage.
 *
 * @module
 */
import { checkInteger, checkOptionNames } from "../checks/internal.ts";
import type { ObjectStorage } from "../storage/mod.ts";
import { checkBackend } from "./argument_checks.ts";
import type { CacheLookup } from "./cache_lookup.ts";

/** Reads an object of a storage to its end. */
export async function readObject(
  storage: Pick<ObjectStorage, "get">,
  key: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { body } = await storage.get(key, { signal });
  return await new Response(body).bytes();
}

/**
 * Returns a lookup that reads objects of a storage through a cache in memory,
 * which forgets what was not read for longest.
 *
 * @example
 * ```ts
 * import { FileOperationsProfiler, memoryCacheLookup } from "@troupe/troupe/profile";
 * import { memoryStorage } from "@troupe/troupe/storage";
 *
 * const storage = memoryStorage();
 * await storage.put("a", new Uint8Array(1000));
 * const lookup = memoryCacheLookup(storage, { maxBytes: 10_000 });
 * const { warm } = await new FileOperationsProfiler().cache(lookup, ["a"]);
 * console.assert(warm.hitRatio === 1);
 * ```
 *
 * @throws {TypeError} if the storage is none.
 * @throws {RangeError} if `maxBytes` is no whole number from 0.
 */
export function memoryCacheLookup(
  storage: Pick<ObjectStorage, "put" | "get" | "delete">,
  options: {
    /** Bytes that are kept, at most, from 0. */
    readonly maxBytes: number;
  },
): CacheLookup {
  checkBackend(storage);
  checkOptionNames("memoryCacheLookup()", options, { maxBytes: true });
  const { maxBytes } = options;
  checkInteger("maxBytes", maxBytes, { min: 0 });
  // The one that was not read for longest comes first.
  const kept = new Map<string, Uint8Array>();
  let bytes = 0;
  return async (key, signal) => {
    const found = kept.get(key);
    if (found !== undefined) {
      kept.delete(key);
      kept.set(key, found);
      return "hit";
    }
    const object = await readObject(storage, key, signal);
    if (object.length > maxBytes) return "miss";
    // Two reads at once may both have missed it.
    bytes += object.length - (kept.get(key)?.length ?? 0);
    kept.delete(key);
    kept.set(key, object);
    for (const [oldest, { length }] of kept) {
      if (bytes <= maxBytes) break;
      kept.delete(oldest);
      bytes -= length;
    }
    return "miss";
  };
}
