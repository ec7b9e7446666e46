/**
 * The file of an object: its bytes, and after them what is known of it. One
 * rename makes all of that visible, or none.
 *
 * The footer is JSON, its length in four bytes, the most significant one first,
 * and the mark.
 *
 * @module
 */
import type { Chunks } from "../backend.ts";
import type { ObjectDetails } from "../object_storage.ts";
import { ObjectMismatchError } from "../storage_errors.ts";

/** What is known of an object, but for its key. */
export type Footer = Pick<
  ObjectDetails,
  "size" | "etag" | "contentType" | "modifiedAt"
>;

/** What each file ends in: who has written it, and the version of the form. */
const MARK = new TextEncoder().encode("troupe-object-1\n");
const TAIL_BYTES = 4 + MARK.length;
/** More than a footer has: its media type has at most 255 characters. */
const MAX_FOOTER_BYTES = 1024;
/** The most bytes of a chunk that is read. */
const CHUNK_BYTES = 2 ** 18;

/** Returns what follows the bytes of an object. */
export function encodeFooter(footer: Footer): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(footer));
  const bytes = new Uint8Array(json.length + TAIL_BYTES);
  bytes.set(json);
  new DataView(bytes.buffer).setUint32(json.length, json.length);
  bytes.set(MARK, json.length + 4);
  return bytes;
}

/**
 * Returns what a footer says, given the end of a file.
 *
 * @throws {ObjectMismatchError} if it is none, or not that of so long a file.
 */
export function decodeFooter(
  key: string,
  end: Uint8Array<ArrayBuffer>,
  fileBytes: number,
): Footer {
  const tail = end.subarray(-TAIL_BYTES);
  const isMarked = tail.length === TAIL_BYTES &&
    MARK.every((byte, index) => tail[index + 4] === byte);
  if (!isMarked) throw damaged(key, "it does not end as it was written");
  const { buffer, byteOffset } = tail;
  const length = new DataView(buffer, byteOffset).getUint32(0);
  const from = end.length - TAIL_BYTES - length;
  const footer = from < 0 ? undefined : parse(
    new TextDecoder().decode(end.subarray(from, from + length)),
  );
  if (footer === undefined) throw damaged(key, "its footer cannot be read");
  if (footer.size + length + TAIL_BYTES !== fileBytes) {
    throw damaged(key, `its file does not hold ${footer.size} bytes`);
  }
  return footer;
}

function parse(json: string): Footer | undefined {
  try {
    const { size, etag, contentType, modifiedAt } = JSON.parse(json);
    const isFooter = Number.isSafeInteger(size) && size >= 0 &&
      typeof etag === "string" && typeof contentType === "string" &&
      Number.isFinite(modifiedAt);
    return isFooter ? { size, etag, contentType, modifiedAt } : undefined;
  } catch {
    return undefined;
  }
}

function damaged(key: string, why: string): ObjectMismatchError {
  return new ObjectMismatchError(
    `Cannot read ${key}: ${why}, restore it from a copy`,
  );
}

/** Reads the footer of an open file. */
export async function readFooter(
  key: string,
  file: Deno.FsFile,
): Promise<Footer> {
  const { size } = await file.stat();
  const from = Math.max(0, size - MAX_FOOTER_BYTES);
  await file.seek(from, Deno.SeekMode.Start);
  const end = new Uint8Array(size - from);
  let filled = 0;
  while (filled < end.length) {
    const count = await file.read(end.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return decodeFooter(key, end.subarray(0, filled), size);
}

/** Reads so many bytes from where the file stands; closes it at the end. */
export class FileChunks implements Chunks {
  readonly #file: Deno.FsFile;
  #left: number;

  constructor(file: Deno.FsFile, length: number) {
    this.#file = file;
    this.#left = length;
  }

  async read(): Promise<Uint8Array<ArrayBuffer> | null> {
    if (this.#left === 0) return null;
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, this.#left));
    const count = await this.#file.read(buffer);
    if (count === null) return null;
    this.#left -= count;
    return buffer.subarray(0, count);
  }

  close(): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }
}
