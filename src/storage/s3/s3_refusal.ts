/**
 * What a service that speaks the protocol of S3 refuses, as errors.
 *
 * @module
 */
import { existsError, notFoundError } from "../known_errors.ts";
import { StorageRefusedError } from "../storage_errors.ts";

/** Returns the error for what a service has said. */
export function refusalError(
  verb: string,
  key: string,
  status: number,
  code: string = String(status),
  message: string = `the response has status ${status}`,
): Error {
  if (code === "NoSuchKey" || (status === 404 && code === "404")) {
    return notFoundError(key);
  }
  if (status === 412) return existsError(key);
  return new StorageRefusedError(
    `Cannot ${verb} ${key}: ${code}: ${message}`,
    code,
    status,
  );
}
