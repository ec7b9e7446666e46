/**
 * Why a driver could not do an operation.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";

/** An operation that failed: the service did not do what was asked of it. */
export class DriverError extends TroupeError {}

/**
 * What `fetch` says of why it failed, for "fetch failed" says nothing. Without
 * addresses: a port that is another each time would be another error.
 */
export function fetchError(error: unknown): unknown {
  const cause = error instanceof TypeError ? error.cause : undefined;
  if (!(cause instanceof Error)) return error;
  const [, why] = /client error \([^)]*\): (.*)/s.exec(cause.message) ?? [];
  return why === undefined
    ? error
    : new DriverError(`Cannot get an answer: ${why}`, { cause: error });
}
