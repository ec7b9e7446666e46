/**
 * The errors of object storage.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** An object could not be written, read, listed or removed; see `cause`. */
export class StorageError extends TroupeError {}

/** There is no object with that key. */
export class ObjectNotFoundError extends StorageError {}

/** There is an object with that key, and the put was to make a new one. */
export class ObjectExistsError extends StorageError {}

/** A key is not one that every backend can keep; the message says why. */
export class InvalidKeyError extends StorageError {}

/** The range of a read begins at or after the end of the object. */
export class ObjectRangeError extends StorageError {}

/**
 * The bytes are not those that were stated: another number of them, or another
 * SHA-256.
 */
export class ObjectMismatchError extends StorageError {}

/**
 * A transfer ended in the middle: the connection while an object was read, or
 * the source while one was written.
 */
export class TransferCutError extends StorageError {}

/** No response came: the service could not be reached, or hung up; see `cause`. */
export class StorageUnreachableError extends StorageError {}

/** The package that a backend needs is not installed or cannot be loaded. */
export class StoragePackageError extends StorageError {}

/** The service, or the file system, has refused an operation. */
export class StorageRefusedError extends StorageError {
  /**
   * What the service calls the reason, such as `"AccessDenied"`, or the file
   * system, such as `"ENOSPC"`.
   */
  readonly code: string;
  /** The status of the service's response; `undefined` for a file system. */
  readonly status: number | undefined;

  /** Creates an error with a message that says what to do, and the reason. */
  constructor(
    message: string,
    code: string,
    status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}
