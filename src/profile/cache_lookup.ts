/**
 * Caches as functions, to be measured.
 *
 * @module
 */

/** Reads a key through a cache, and says whether the cache had it. */
export type CacheLookup = (
  key: string,
  signal: AbortSignal,
) => Promise<"hit" | "miss">;

/**
 * Reads URLs through a cache of the web's Cache API, which Deno has: what the
 * cache does not have is loaded and put into it.
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
 */
export function webCacheLookup(
  cache: Cache,
  load: (url: string, signal: AbortSignal) => Promise<Response>,
): CacheLookup {
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
