// Collections with files, and a store that serves them.
import {
  authCollection,
  type Collection,
  collection,
  file,
  type Identity,
  type StoreFilesOptions,
  type StoreHttpOptions,
  text,
} from "../../../src/store/mod.ts";
import { memoryStorage, type ObjectStorage } from "../../../src/storage/mod.ts";
import { partsOf } from "../../../src/store/store.ts";
import {
  openTestStore,
  type ServedTestStore,
} from "../support/served_test_store.ts";

export const people: Collection = authCollection("people", {
  fields: { avatar: file() },
  rules: { list: true, view: true, create: true, update: true },
});

/** Open to everybody. */
export const albums: Collection = collection("albums", {
  fields: {
    title: text(),
    cover: file({
      maxBytes: 200_000,
      thumbs: ["20x10", "20x10t", "20x10b", "20x10f", "0x5", "8x0"],
    }),
    photos: file({ max: 3, maxBytes: 1000 }),
    scan: file({ types: ["image/*", "application/pdf"] }),
  },
  rules: { list: true, view: true, create: true, update: true, delete: true },
});

/** Each for its owner. */
export const letters: Collection = collection("letters", {
  fields: {
    owner: text(),
    body: file({ isProtected: true }),
  },
  rules: {
    view: "owner = @request.auth.id",
    create: (who: Identity) => who !== null,
    update: "owner = @request.auth.id",
  },
});

/** For superusers alone. */
export const plans: Collection = collection("plans", {
  fields: { sketch: file() },
});

export interface FileStore extends ServedTestStore {
  readonly storage: ObjectStorage;
  /** Resolves to the keys of all objects, when none is being removed. */
  objects(): Promise<string[]>;
}

/** Serves a store with files. */
export async function openFileStore(
  options: {
    readonly files?: StoreFilesOptions;
    readonly http?: StoreHttpOptions;
  } = {},
): Promise<FileStore> {
  const storage = options.files?.storage ?? memoryStorage();
  const served = await openTestStore({
    collections: [people, albums, letters, plans],
    ...options,
    files: { ...options.files, storage },
  });
  return {
    ...served,
    storage,
    async objects() {
      await partsOf(served.data).files.idle();
      const keys: string[] = [];
      for await (const { key } of storage.list()) keys.push(key);
      return keys;
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

/** Returns bytes that are no text and of no known type. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

/** Returns an image in one colour of which the upper half has another. */
export async function image(
  width: number,
  height: number,
  type: "png" | "jpeg" | "webp" | "gif" = "png",
): Promise<Uint8Array<ArrayBuffer>> {
  const { default: sharp } = await import("sharp");
  const top = await sharp({
    create: {
      width,
      height: Math.floor(height / 2),
      channels: 3,
      background: "#ff0000",
    },
  }).png().toBuffer();
  const bytes = await sharp({
    create: { width, height, channels: 3, background: "#0000ff" },
  }).composite([{ input: top, top: 0, left: 0 }]).toFormat(type).toBuffer();
  return new Uint8Array(bytes);
}
