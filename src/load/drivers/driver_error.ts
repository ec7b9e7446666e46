/**
 * The error of drivers.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";

/** An operation that failed because the service did not do what was asked. */
export class DriverError extends TroupeError {}

/**
 * Returns an error with the reason why `fetch` failed, instead of "fetch
 * failed". The reason has no addresses: with different ports, equal errors
 * would be counted as different ones.
 */
export function fetchError(error: unknown): unknown {
  const cause = error instanceof TypeError ? error.cause : undefined;
  if (!(cause instanceof Error)) return error;
  const [, reason] = /client error \([^)]*\): (.*)/s.exec(cause.message) ?? [];
  return reason === undefined
    ? error
    : new DriverError(`Cannot get a response: ${reason}`, { cause: error });
}
