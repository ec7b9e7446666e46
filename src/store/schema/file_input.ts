/**
 * What a field of files is written from.
 *
 * @module
 */

/** A file that comes as a stream: it is never whole in memory. */
export interface FileStream {
  /** The name of the file, from which the store makes the one that is kept. */
  readonly name: string;
  /** The bytes of the file. The stream belongs to the store, which cancels it if it fails. */
  readonly body: ReadableStream<Uint8Array>;
}

/** What a new file is written from. One without a name of its own is called `file`. */
export type NewFile = Blob | FileStream;

/** A new file, or the name of one that the record has. */
export type FileInput = string | NewFile;

/** Whether a value is a new file. */
export function isNewFile(value: unknown): value is NewFile {
  if (value instanceof Blob) return true;
  return typeof value === "object" && value !== null &&
    "body" in value && value.body instanceof ReadableStream &&
    "name" in value && typeof value.name === "string";
}
