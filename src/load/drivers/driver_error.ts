/**
 * The error of drivers.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";
import type { OperationOutcome } from "../driver.ts";

/** An operation that failed because the service did not do what was asked. */
export class DriverError extends TroupeError {
  /**
   * What was received all the same, such as the status and the beginning of the
   * body: reports show it as the example of the error, without secrets.
   */
  readonly received: OperationOutcome | undefined;

  /**
   * Creates an error with a message, a cause, and what was received.
   *
   * @param options May be left out, as each of them may be.
   */
  constructor(
    message: string,
    options: ErrorOptions & { readonly received?: OperationOutcome } = {},
  ) {
    super(message, options);
    this.received = options.received;
  }
}

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
