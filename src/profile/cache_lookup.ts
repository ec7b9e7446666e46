/**
 * Caches as functions, so that they can be measured.
 *
 * @module
 */
import { checkWebCache } from "./argument_checks.ts";

/** Reads a key through a cache; resolves with whether the cache had it. */
export type CacheLookup = (
  key: string,
  signal: AbortSignal,
) => Promise<"hit" | "miss">;

/**
 * Returns a lookup that reads URLs through a cache of the web's Cache API. On a
 * miss, the response is loaded and stored in the cache.
 *
 * @example
 * ```ts
 * import { FileOperationsProfiler, webCacheLookup } from "@troupe/troupe/profile";
 *
 * const cache = await caches.open("profile");
 * const lookup = webCacheLookup(cache, () => Promise.resolve(new Response("a")));
 * const profiler = new FileOperationsProfiler();
 * const { warm } = await profiler.cache(lookup, ["http://files.test/a"]);
 * await caches.delete("profile");
 * console.assert(warm.hitRatio === 1);
 * ```
 *
 * @throws {TypeError} if the cache or the function is none.
 */
export function webCacheLookup(
  cache: Cache,
  load: (url: string, signal: AbortSignal) => Promise<Response>,
): CacheLookup {
  checkWebCache(cache, load);
  return async (url, signal) => {
    const found = await cache.match(url);
    if (found !== undefined) {
      await found.arrayBuffer();
      return "hit";
    }
    await cache.put(url, await load(url, signal));
    return "miss";
  };
}
