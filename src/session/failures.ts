/**
 * What a failure of a socket or a session says of the next one.
 *
 * @module
 */
import { ProtocolError, TruncatedError } from "./wire/errors.ts";
import { SessionLostError } from "./errors.ts";

/**
 * Returns whether another socket may help: the last one is gone or was never
 * there, and nobody has said that the session is over.
 */
export function isTransient(cause: unknown): boolean {
  if (cause instanceof ProtocolError) return cause instanceof TruncatedError;
  return !(cause instanceof SessionLostError) || cause.code === undefined;
}
