/**
 * What each backend does by itself; all that is alike is in `checked_storage`.
 *
 * @module
 */
import type { ObjectDetails, ObjectInfo } from "./object_storage.ts";
import type { PutSource } from "./put_source.ts";

/** How an object is written. */
export interface WriteOptions {
  readonly contentType: string;
  readonly ifAbsent: boolean;
  readonly signal: AbortSignal | undefined;
}

/** The part of an object that is read, whose numbers were checked. */
export interface CheckedRange {
  readonly offset: number;
  /** `Infinity` for all that follows. */
  readonly length: number;
}

/** Bytes that are read one chunk after another. */
export interface Chunks {
  /** Returns the next chunk, or `null` at the end. */
  read(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Frees what is held; called once, at the end too. Never rejects. */
  close(reason?: unknown): Promise<void>;
}

/** An object that was opened. */
export interface OpenedObject {
  readonly details: ObjectDetails;
  /** Bytes before the first one that is read. */
  readonly offset: number;
  /** Bytes that are read. */
  readonly length: number;
  readonly chunks: Chunks;
}

/** Which objects are listed. */
export interface ListRequest {
  readonly prefix: string;
  /** The key that those listed come after, or `""`. */
  readonly after: string;
  /** The most that are needed, for the size of pages. */
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

/** A backend, of which keys and options were checked. */
export interface Backend {
  readonly name: string;
  /**
   * Writes an object and returns its etag. Calls `finish` of the source before
   * the object becomes visible, and leaves nothing if it fails.
   */
  write(key: string, source: PutSource, options: WriteOptions): Promise<string>;
  read(
    key: string,
    range: CheckedRange | undefined,
    signal: AbortSignal | undefined,
  ): Promise<OpenedObject>;
  head(key: string, signal: AbortSignal | undefined): Promise<ObjectDetails>;
  remove(key: string, signal: AbortSignal | undefined): Promise<void>;
  /** Lists objects in pages: those after a key, in order, with the prefix. */
  pages(request: ListRequest): AsyncIterable<readonly ObjectInfo[]>;
}

/** Returns where a range begins and how long it is; `undefined` if nowhere. */
export function rangeWithin(
  range: CheckedRange | undefined,
  size: number,
): { readonly offset: number; readonly length: number } | undefined {
  if (range === undefined) return { offset: 0, length: size };
  const { offset, length } = range;
  if (offset >= size) return undefined;
  return { offset, length: Math.min(length, size - offset) };
}
