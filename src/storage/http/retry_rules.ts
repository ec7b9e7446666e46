/**
 * Which responses are worth another try, and when.
 *
 * @module
 */
import { backoffDelayMs, type ResolvedBackoff } from "../../actor/internal.ts";

const COME_BACK: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Returns whether a response says that the same request may succeed later. */
export function isWorthRepeating(status: number): boolean {
  return COME_BACK.includes(status);
}

/**
 * Returns the delay before the next try: what the service asks for, up to the
 * longest of the back-off, or else a random part of the back-off's.
 */
export function delayBeforeRetry(
  backoff: ResolvedBackoff,
  attempt: number,
  retryAfter: string | null,
): number {
  const asked = retryAfter === null || !/^\d+$/.test(retryAfter)
    ? undefined
    : Number(retryAfter) * 1000;
  return asked === undefined
    ? backoffDelayMs(backoff, attempt)
    : Math.min(asked, backoff.maxMs);
}
