/**
 * Options of the files of a store, with units in their names.
 *
 * @module
 */
import {
  checkMethods,
  checkOptionNames,
  countFrom,
  type OptionNames,
  resolveNumbers,
} from "../../checks/internal.ts";
import { directoryStorage, type ObjectStorage } from "../../storage/mod.ts";

/** Options of the files of a store. */
export interface StoreFilesOptions {
  /**
   * Where the files are kept. It belongs to this store alone.
   * @default {a directory beside the file, with `-files` behind its name}
   */
  readonly storage?: ObjectStorage;
  /**
   * Most files that are uploaded or downloaded at once, a whole number from 1; a
   * further one is refused as busy.
   * @default {1000}
   */
  readonly maxTransfers?: number;
  /**
   * Most thumbnails that are made at once, a whole number from 1.
   * @default {2}
   */
  readonly maxThumbs?: number;
  /**
   * Most thumbnails that wait to be made, a whole number from 0; a further one
   * is refused as busy.
   * @default {100}
   */
  readonly maxQueuedThumbs?: number;
  /**
   * Most bytes of an image of which thumbnails are made, a whole number from 1.
   * Of a larger one, the image itself is served.
   * @default {33554432}
   */
  readonly maxThumbBytes?: number;
  /**
   * Most pixels of an image of which thumbnails are made, a whole number from 1.
   * Of a larger one, the image itself is served.
   * @default {50000000}
   */
  readonly maxThumbPixels?: number;
}

/** Options of the files of a store, complete and checked. */
export type ResolvedFilesOptions = Required<StoreFilesOptions>;

const NAMES: OptionNames<StoreFilesOptions> = {
  storage: true,
  maxTransfers: true,
  maxThumbs: true,
  maxQueuedThumbs: true,
  maxThumbBytes: true,
  maxThumbPixels: true,
};

/**
 * Returns the options with their defaults.
 *
 * @param path The file of the store.
 * @param fsync Whether what is written survives a loss of power.
 * @throws {TypeError} if an option is not known, or has the wrong type.
 * @throws {RangeError} if a number is out of its range.
 */
export function resolveFilesOptions(
  options: StoreFilesOptions | undefined,
  path: string,
  fsync: boolean,
): ResolvedFilesOptions {
  const given = options ?? {};
  checkOptionNames("files of store()", given, NAMES);
  const { storage } = given;
  if (storage !== undefined) {
    checkMethods(
      "storage",
      storage,
      ["put", "get", "head", "delete", "list"],
      "an ObjectStorage such as directoryStorage()",
    );
  }
  const numbers = resolveNumbers(given, {
    maxTransfers: 1000,
    maxThumbs: 2,
    maxQueuedThumbs: 100,
    maxThumbBytes: 2 ** 25,
    maxThumbPixels: 50_000_000,
  }, {
    maxTransfers: countFrom(1),
    maxThumbs: countFrom(1),
    maxQueuedThumbs: countFrom(0),
    maxThumbBytes: countFrom(1),
    maxThumbPixels: countFrom(1),
  });
  return {
    ...numbers,
    storage: storage ?? directoryStorage(`${path}-files`, { fsync }),
  };
}
