/**
 * The options of a requester and of its requests, and their checks.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { checkClock } from "../actor/internal.ts";
import {
  checkDuration,
  checkInteger,
  type OptionNames,
} from "../checks/internal.ts";
import type { Codec } from "../codec/mod.ts";
import { checkCodec } from "../codec/internal.ts";

/** Options of a {@linkcode Requester}. */
export interface RequesterOptions<Req, Reply> {
  /** The codec of the requests, the same as on the other side. */
  readonly request: Codec<Req>;
  /** The codec of the replies, the same as on the other side. */
  readonly reply: Codec<Reply>;
  /**
   * Number of requests that may be in flight at once, from 1 to 2³¹. Further
   * requests wait for their turn.
   * @default {1000}
   */
  readonly maxPending?: number;
  /**
   * Milliseconds that a request waits for its reply, including the wait for its
   * turn, 0 or more; `Infinity` waits forever.
   * @default {5000}
   */
  readonly timeoutMs?: number;
  /**
   * The source of time for the deadlines.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** Options of a single request. */
export interface RequestOptions {
  /** Milliseconds to wait, in place of the `timeoutMs` of the requester. */
  readonly timeoutMs?: number;
  /** Cancels the request, which then rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** The counters of a {@linkcode Requester}. */
export interface RequesterStats {
  /** Number of requests that were sent and have no reply yet. */
  readonly inFlight: number;
  /** Number of requests that wait for their turn. */
  readonly waiting: number;
  /** Number of replies and failures that came for a cancelled request. */
  readonly lateReplies: number;
}

/** The options of a requester, also as part of those of another. */
export const REQUESTER_OPTIONS: OptionNames<
  RequesterOptions<unknown, unknown>
> = {
  request: true,
  reply: true,
  maxPending: true,
  timeoutMs: true,
  clock: true,
};

/** The options of a request that has none. */
export const NO_REQUEST_OPTIONS: RequestOptions = {};

/** The options of a single request. */
export const REQUEST_OPTIONS: OptionNames<RequestOptions> = {
  timeoutMs: true,
  signal: true,
};

/**
 * Checks the values of the options of a requester.
 *
 * @throws {TypeError} if a codec is missing, or an option has the wrong type.
 * @throws {RangeError} if an option is out of its range.
 */
export function checkRequesterOptions<Req, Reply>(
  { request, reply, maxPending, timeoutMs, clock }: RequesterOptions<
    Req,
    Reply
  >,
): void {
  checkCodec("request", request);
  checkCodec("reply", reply);
  if (maxPending !== undefined) {
    checkInteger("maxPending", maxPending, { min: 1, max: 2 ** 31 });
  }
  if (timeoutMs !== undefined) checkDuration("timeoutMs", timeoutMs);
  if (clock !== undefined) checkClock("clock", clock);
}
