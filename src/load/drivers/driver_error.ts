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

/** What `fetch` says, and what it is in words of ours. */
const FETCH_REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [
    /^Fetch failed: Requests to port (\d+) are blocked$/,
    "fetch requests nothing from port $1, as browsers do not: serve on another port",
  ],
  [
    /^error (?:reading|decoding) .*body.*$/s,
    "the service closed the connection in the middle of it",
  ],
];

/**
 * Returns an error with the reason why `fetch` failed, or the body that it
 * reads, in a sentence instead of "fetch failed". The reason has no addresses.
 */
export function fetchError(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  const reason = reasonOfFetch(error);
  return reason === undefined
    ? error
    : new DriverError(`Cannot get a response: ${reason}`, { cause: error });
}

function reasonOfFetch({ message, cause }: TypeError): string | undefined {
  for (const [pattern, reason] of FETCH_REASONS) {
    if (pattern.test(message)) return message.replace(pattern, reason);
  }
  if (!(cause instanceof Error)) return undefined;
  const [, reason = cause.message] =
    /client error \([^)]*\): (.*)/s.exec(cause.message) ?? [];
  return reason === "" ? undefined : reason;
}
