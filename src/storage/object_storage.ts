/**
 * Object storage: bytes that are kept by their keys.
 *
 * @module
 */

/**
 * What is written: bytes in memory, which must not change until the put has
 * ended, or a stream. A stream belongs to the put, which cancels it if it fails.
 */
export type PutBody = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** An option that every operation has. */
export interface StorageCallOptions {
  /** Cancels the operation, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode ObjectStorage.put}. */
export interface PutOptions extends StorageCallOptions {
  /**
   * Media type of the object, printable ASCII, at most 255 characters.
   * @default {"application/octet-stream"}
   */
  readonly contentType?: string;
  /**
   * Whether the put is refused if there is an object with that key.
   * @default {false}
   */
  readonly ifAbsent?: boolean;
  /**
   * Number of bytes, 0 or more, if it is known: a body with another number of
   * them is refused.
   */
  readonly bytes?: number;
  /**
   * SHA-256 of the bytes as 64 lower-case hexadecimal digits, if it is known: a
   * body with another one is refused.
   */
  readonly sha256?: string;
}

/** The part of an object that is read. */
export interface ByteRange {
  /** Bytes before the first one that is read, 0 or more. */
  readonly offset: number;
  /**
   * Number of bytes, 1 or more; fewer if the object ends before.
   * @default {Infinity}
   */
  readonly length?: number;
}

/** Options of {@linkcode ObjectStorage.get}. */
export interface GetOptions extends StorageCallOptions {
  /** Part of the object that is read. Without it, all of it is. */
  readonly range?: ByteRange;
  /**
   * SHA-256 that the object should have, as 64 lower-case hexadecimal digits:
   * after its last byte the stream fails if it has another one. Not for ranges.
   */
  readonly sha256?: string;
}

/** Options of {@linkcode ObjectStorage.list}. */
export interface ListOptions extends StorageCallOptions {
  /**
   * What the keys begin with; any text, not only whole segments.
   * @default {""}
   */
  readonly prefix?: string;
  /** Key that those listed come after: the last one of the page before. */
  readonly after?: string;
  /**
   * Most objects that are listed, 1 or more.
   * @default {Infinity}
   */
  readonly limit?: number;
}

/** What is known of an object. */
export interface ObjectInfo {
  /** The key of the object. */
  readonly key: string;
  /** Number of its bytes. */
  readonly size: number;
  /**
   * What changes when its bytes do: opaque text, compared with that of the same
   * backend alone.
   */
  readonly etag: string;
  /** Milliseconds since 1970 at which it was written, by the backend's clock. */
  readonly modifiedAt: number;
}

/** What is known of an object that was asked for by its key. */
export interface ObjectDetails extends ObjectInfo {
  /** Media type of the object. */
  readonly contentType: string;
}

/** An object that was written. */
export interface PutReceipt {
  /** The key of the object. */
  readonly key: string;
  /** Number of its bytes. */
  readonly size: number;
  /** What changes when its bytes do. */
  readonly etag: string;
  /** SHA-256 of the bytes that were sent, as 64 hexadecimal digits. */
  readonly sha256: string;
}

/** An object that is read. */
export interface ObjectRead extends ObjectDetails {
  /** Bytes of the object before the first one in `body`. */
  readonly offset: number;
  /** Number of bytes in `body`. */
  readonly length: number;
  /**
   * Stream of the bytes. Read it to its end or cancel it: it holds a file or
   * a connection. It fails if fewer bytes come than `length` says.
   */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * A place that keeps objects by their keys.
 *
 * A key is text of 1 to 1,024 bytes of UTF-8 in normal form C. Slashes divide
 * it into segments; none is empty, longer than 200 bytes or ends in a dot, and
 * none holds a control character or a backslash. Every operation rejects with
 * an `InvalidKeyError` for others.
 *
 * What a put writes is visible under its key when all of it has arrived, and
 * whole; before that, and after a put that failed, what was there still is.
 *
 * Operations reject with a `StorageError`: besides those named at each method,
 * `StorageUnreachableError` and `StorageRefusedError`.
 */
export interface ObjectStorage {
  /** Name of the kind of backend, for reports. */
  readonly name: string;
  /**
   * Writes an object, and replaces the one that has the key. Rejects with an
   * `ObjectExistsError`, `ObjectMismatchError` or `TransferCutError`.
   *
   * @param options May be left out; each option has its default.
   */
  put(key: string, body: PutBody, options?: PutOptions): Promise<PutReceipt>;
  /**
   * Opens an object to read it. Rejects with an `ObjectNotFoundError` or
   * `ObjectRangeError`; its stream fails with a `TransferCutError` or
   * `ObjectMismatchError`.
   *
   * @param options May be left out; each option has its default.
   */
  get(key: string, options?: GetOptions): Promise<ObjectRead>;
  /**
   * Returns what is known of an object. Rejects with an `ObjectNotFoundError`.
   *
   * @param options May be left out; each option has its default.
   */
  head(key: string, options?: StorageCallOptions): Promise<ObjectDetails>;
  /**
   * Removes an object; that there is none is no error.
   *
   * @param options May be left out; each option has its default.
   */
  delete(key: string, options?: StorageCallOptions): Promise<void>;
  /**
   * Lists objects in the order of their keys. What is written or removed
   * meanwhile may be listed or not.
   *
   * @param options May be left out; each option has its default.
   */
  list(options?: ListOptions): AsyncIterableIterator<ObjectInfo>;
}
