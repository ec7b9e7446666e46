/**
 * The errors of request and reply.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import type { ErrorCode } from "../session/mod.ts";

/** A request had no reply before its deadline; its handler is cancelled. */
export class RequestTimeoutError extends TroupeError {}

/** Whoever made the request gave it up: why a handler's signal aborts. */
export class RequestCancelledError extends TroupeError {}

/** The other side answered a request with a failure in place of a reply. */
export class RequestFailedError extends TroupeError {
  /**
   * Why: `ErrorCode.INTERNAL` when the handler threw, `ErrorCode.PROTOCOL`
   * when it could not decode the request, `ErrorCode.TIMEOUT` when the deadline
   * had passed before it began, or the code of a {@linkcode RequestFailure}.
   */
  readonly code: ErrorCode | number;
  /** What the other side said; it is not to be trusted more than that side. */
  readonly text: string;

  /** An error with what the other side said. */
  constructor(code: ErrorCode | number, text: string) {
    super(`The other side failed to answer (code ${code}): ${text}`);
    this.code = code;
    this.text = text;
  }
}

/**
 * What a handler throws to tell the requester why there is no reply. Code and
 * text travel; the `cause` and the stack do not. All else that a handler
 * throws is told as "The handler failed", as it may say what is nobody else's
 * business.
 *
 * @example
 * ```ts
 * import { RequestFailure } from "@troupe/troupe";
 *
 * const NOT_FOUND = 404;
 * const failure = new RequestFailure(NOT_FOUND, "There is no such order");
 * console.assert(failure.code === 404);
 * ```
 */
export class RequestFailure extends TroupeError {
  /** For programs, from 0 to 2³² − 1. */
  readonly code: number;

  /**
   * A failure to be told.
   *
   * @param code For programs, from 0 to 2³² − 1; those of `ErrorCode` are
   * used for what fails outside of handlers.
   * @param text For people; at most 1024 bytes of UTF-8 travel.
   * @throws {RangeError} when the code is no such integer.
   */
  constructor(code: number, text: string, options?: ErrorOptions) {
    super(text, options);
    if (!(Number.isInteger(code) && code >= 0 && code < 2 ** 32)) {
      throw new RangeError(
        `Cannot fail a request: code is ${code}, expected an integer from 0 to 2^32 - 1`,
      );
    }
    this.code = code;
  }
}
