/**
 * Storage backends, which keep objects by their keys.
 *
 * @module
 */
import { checkNoArguments, checkString } from "../checks/internal.ts";
import { FileProfileError } from "./profile_errors.ts";

/** A place that keeps objects, to be measured; each call may reject. */
export interface StorageBackend {
  /** Name of the backend, for reports. */
  readonly name: string;
  /** Writes an object; replaces it if it exists. */
  put(
    key: string,
    bytes: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Reads an object by its key. */
  get(key: string, signal: AbortSignal): Promise<Uint8Array>;
  /** Removes an object; it is not an error if there is none. */
  delete(key: string): Promise<void>;
}

/**
 * Returns a backend that keeps objects in memory: the lower bound of any cost.
 *
 * @example
 * ```ts
 * import { memoryStorage } from "@troupe/troupe/profile";
 *
 * const storage = memoryStorage();
 * const { signal } = new AbortController();
 * await storage.put("greeting", new Uint8Array(5), signal);
 * console.assert((await storage.get("greeting", signal)).length === 5);
 * ```
 *
 * @throws {TypeError} if an argument is given: there are none.
 */
export function memoryStorage(): StorageBackend {
  checkNoArguments("memoryStorage()", arguments);
  const objects = new Map<string, Uint8Array>();
  return {
    name: "memory",
    put: (key, bytes) => {
      objects.set(key, bytes.slice());
      return Promise.resolve();
    },
    get: (key) => {
      const bytes = objects.get(key);
      return bytes === undefined
        ? Promise.reject(
          new FileProfileError(`Cannot read ${key}: it is not in memory`),
        )
        : Promise.resolve(bytes.slice());
    },
    delete: (key) => {
      objects.delete(key);
      return Promise.resolve();
    },
  };
}

/**
 * Returns a backend that keeps objects as files in a directory, which must
 * exist. Needs `--allow-read` and `--allow-write` for it. The kernel may not
 * have written the data to the disk yet, and may read them from memory.
 *
 * @example
 * ```ts
 * import { directoryStorage } from "@troupe/troupe/profile";
 *
 * const directory = await Deno.makeTempDir();
 * const storage = directoryStorage(directory);
 * const { signal } = new AbortController();
 * await storage.put("greeting", new Uint8Array(5), signal);
 * await storage.delete("greeting");
 * await Deno.remove(directory);
 * ```
 *
 * @throws {TypeError} if the directory is not a string.
 */
export function directoryStorage(directory: string): StorageBackend {
  checkString("directory", directory);
  const pathOf = (key: string) => `${directory}/${encodeURIComponent(key)}`;
  return {
    name: "directory",
    put: (key, bytes, signal) => Deno.writeFile(pathOf(key), bytes, { signal }),
    get: (key, signal) => Deno.readFile(pathOf(key), { signal }),
    delete: async (key) => {
      try {
        await Deno.remove(pathOf(key));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
  };
}
