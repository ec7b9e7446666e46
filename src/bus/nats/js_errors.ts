/**
 * What JetStream refuses, as the errors of a bus.
 *
 * @module
 */
import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { TroupeError } from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import {
  BusClosedError,
  BusForbiddenError,
  BusTimeoutError,
  StreamConfigError,
  StreamConflictError,
  StreamFullError,
  StreamNotFoundError,
  StreamStorageError,
  UnsupportedFeatureError,
} from "../errors.ts";
import { BusInterruptedError } from "./errors.ts";

/** The codes of the server that mean something else than a bad option. */
export const CODES = {
  insufficientResources: 10023,
  memoryExceeded: 10028,
  storageExceeded: 10047,
  storeFailed: 10077,
  streamNameInUse: 10058,
  streamNotFound: 10059,
  consumerNotFound: 10014,
  wrongLastSequence: 10071,
  wrongLastSequenceUnknown: 10164,
  workQueueTaken: 10099,
  workQueueSubjectTaken: 10100,
} as const;

/** What the server says of a refusal. */
export interface ServerError {
  readonly err_code?: number;
  readonly description?: string;
}

/** Returns what a refusal by the server is in terms of a bus. */
export function refusalToError(what: string, refusal: ServerError): Error {
  const { err_code: code, description = "" } = refusal;
  const text = `Cannot ${what}: ${description || "the server refuses it"}`;
  const options = { cause: refusal };
  switch (code) {
    case CODES.wrongLastSequence:
    case CODES.wrongLastSequenceUnknown:
      return new StreamConflictError(text, options);
    case CODES.streamNotFound:
    case CODES.consumerNotFound:
      return new StreamNotFoundError(text, options);
    case CODES.workQueueTaken:
    case CODES.workQueueSubjectTaken:
      return new StreamConfigError(
        `${text}: share it by its name, or remove it with deleteConsumer()`,
        options,
      );
    case CODES.insufficientResources:
    case CODES.memoryExceeded:
    case CODES.storageExceeded:
      return new StreamStorageError(text, options);
    case CODES.storeFailed:
      return /maximum (messages|bytes)/.test(description)
        ? new StreamFullError(text, options)
        : new StreamStorageError(text, options);
  }
  return /maximum (messages|bytes)/.test(description)
    ? new StreamFullError(text, options)
    : new StreamConfigError(text, options);
}

/** Returns what the client of NATS has thrown in terms of a bus. */
export function toBusError(what: string, cause: unknown): Error {
  if (cause instanceof TroupeError) return cause;
  const text = `Cannot ${what}: ${reasonOf(cause)}`;
  const options = { cause };
  if (cause instanceof JetStreamApiError) {
    return refusalToError(what, {
      err_code: cause.code,
      description: cause.message,
    });
  }
  // Its class is not exported.
  if (cause instanceof Error && cause.name === "JetStreamNotEnabled") {
    return new UnsupportedFeatureError(text, options);
  }
  if (cause instanceof errors.TimeoutError) {
    return new BusTimeoutError(text, options);
  }
  if (cause instanceof errors.ClosedConnectionError) {
    return new BusClosedError(text, options);
  }
  if (cause instanceof errors.PermissionViolationError) {
    return new BusForbiddenError(text, options);
  }
  return new BusInterruptedError(text, options);
}
