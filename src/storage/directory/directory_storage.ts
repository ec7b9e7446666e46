/**
 * Objects that are kept as files in a directory.
 *
 * @module
 */
import {
  checkBoolean,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../../checks/internal.ts";
import { checkedStorage } from "../checked_storage.ts";
import type { ObjectStorage } from "../object_storage.ts";
import { DirectoryBackend } from "./directory_backend.ts";

/** Options of {@linkcode directoryStorage}. */
export interface DirectoryStorageOptions {
  /**
   * Whether a put or delete ends only when the disk has it, so that it survives
   * a loss of power. Without it, it survives the end of the process.
   * @default {true}
   */
  readonly fsync?: boolean;
}

const NAMES: OptionNames<DirectoryStorageOptions> = { fsync: true };

/**
 * Returns a storage that keeps objects as files in a directory, which is made
 * when the first is written. Needs `--allow-read` for it, and `--allow-write`
 * to put and delete.
 *
 * Each file has the bytes of an object and after them its media type, its
 * SHA-256, which is the etag, and its time; so copies of the directory are
 * copies of the objects. Any number of processes can use one directory.
 *
 * @example
 * ```ts
 * import { directoryStorage } from "@troupe/troupe/storage";
 *
 * const directory = await Deno.makeTempDir();
 * const storage = directoryStorage(directory);
 * const text = new TextEncoder().encode("hello");
 * await storage.put("notes/greeting", text, { contentType: "text/plain" });
 * for await (const { key, size } of storage.list({ prefix: "notes/" })) {
 *   console.log(key, size);
 * }
 * await Deno.remove(directory, { recursive: true });
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if the path is not a string, or an option is not known.
 */
export function directoryStorage(
  path: string,
  options: DirectoryStorageOptions = {},
): ObjectStorage {
  checkString("path", path);
  if (path === "") {
    throw new TypeError(
      'Cannot use path: it is "", it must name a directory, such as "./objects"',
    );
  }
  checkOptionNames("directoryStorage()", options, NAMES);
  const { fsync = true } = options;
  checkBoolean("fsync", fsync);
  return checkedStorage(new DirectoryBackend(path, fsync));
}
