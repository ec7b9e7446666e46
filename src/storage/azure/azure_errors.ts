/**
 * What Azure's client throws, as errors of a storage.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import { existsError, notFoundError } from "../known_errors.ts";
import { StorageRefusedError } from "../storage_errors.ts";

/** What is read of an error of the client. */
export interface AzureFailure {
  /** The status of the response; `undefined` if there was none. */
  readonly status: number | undefined;
  /** What the service calls the reason. */
  readonly code: string;
  readonly message: string;
}

/** Reads an error that the client has thrown. */
export function readAzureFailure(error: unknown): AzureFailure {
  const { statusCode, code, details } = Object(error);
  const { errorCode } = Object(details);
  const said = [errorCode, code].find((one) =>
    typeof one === "string" && one !== ""
  );
  // What follows the first line is the id of the request, and its time.
  const [message = ""] = reasonOf(error).split("\n");
  return {
    status: typeof statusCode === "number" ? statusCode : undefined,
    code: said ?? String(statusCode ?? "unknown"),
    message,
  };
}

/** Returns the error for a refusal of the service. */
export function azureRefusal(
  verb: string,
  key: string,
  { status, code, message }: AzureFailure,
  cause: unknown,
): Error {
  if (code === "BlobNotFound" || (status === 404 && code === "404")) {
    return notFoundError(key, { cause });
  }
  if (code === "BlobAlreadyExists" || status === 412) {
    return existsError(key, { cause });
  }
  return new StorageRefusedError(
    `Cannot ${verb} ${key}: ${code}: ${message}`,
    code,
    status,
    { cause },
  );
}
