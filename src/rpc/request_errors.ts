/**
 * The errors of requests and replies.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import { checkInteger, checkString } from "../checks/internal.ts";
import type { ErrorCode } from "../session/mod.ts";

/** A request got no reply before its deadline; its handler is cancelled. */
export class RequestTimeoutError extends TroupeError {}

/**
 * The requester cancelled the request; the signal of the handler aborts with
 * this.
 */
export class RequestCancelledError extends TroupeError {}

/** The other side sent a failure in place of a reply. */
export class RequestFailedError extends TroupeError {
  /**
   * The reason as a code: `ErrorCode.INTERNAL` if the handler threw,
   * `ErrorCode.PROTOCOL` if the request could not be decoded,
   * `ErrorCode.TIMEOUT` if the deadline passed before the handler started or
   * ended, or the code of a {@linkcode RequestFailure}.
   */
  readonly code: ErrorCode | number;
  /** The text of the other side, to be trusted no more than that side is. */
  readonly text: string;

  /** Creates an error with the code and the text of the other side. */
  constructor(code: ErrorCode | number, text: string) {
    super(`The other side failed to reply (code ${code}): ${text}`);
    this.code = code;
    this.text = text;
  }
}

/**
 * A handler throws this to tell the requester why there is no reply. Its code
 * and text are sent, its `cause` and stack are not. For everything else that a
 * handler throws, the requester gets the text "The handler failed", as the
 * message of the error may be confidential.
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
  /** The reason for programs, from 0 to 2³² − 1. */
  readonly code: number;

  /**
   * Creates a failure that the requester gets in place of a reply.
   *
   * @param code The reason for programs, a whole number from 0 to 2³² − 1. The
   * codes of `ErrorCode` are used for failures outside of handlers.
   * @param text The reason for people, of which at most 1024 bytes of UTF-8 are
   * sent.
   * @throws {TypeError} if the code is not a number, or the text not a string.
   * @throws {RangeError} if the code is out of its range.
   */
  constructor(code: number, text: string, options?: ErrorOptions) {
    super(text, options);
    checkString("text", text);
    checkInteger("code", code, { min: 0, max: 2 ** 32 - 1 });
    this.code = code;
  }
}
