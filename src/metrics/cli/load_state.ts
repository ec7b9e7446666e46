/**
 * What is known of the load test beside which a page is.
 *
 * @module
 */
import type { LoadEnd, LoadEvent } from "../load_event.ts";

/** A load test as it is shown. */
export interface LoadState {
  /** Its last progress; there is none if only the end was seen. */
  readonly now: LoadEvent | undefined;
  /** The progress before the last one, which rates count from. */
  readonly before: LoadEvent | undefined;
  /** How it has ended. */
  readonly end: LoadEnd | undefined;
}

/** Adds the progress of a load test, or of another one on the same page. */
export function withEvent(
  state: LoadState | undefined,
  now: LoadEvent,
): LoadState {
  const last = state?.now;
  const isSame = last !== undefined && last.elapsedMs < now.elapsedMs;
  return { now, before: isSame ? last : undefined, end: undefined };
}

/** Adds the end of a load test. */
export function withEnd(
  state: LoadState | undefined,
  end: LoadEnd,
): LoadState {
  return { now: state?.now, before: state?.before, end };
}

/** Returns how often something happened in a second, between two events. */
export function perSecond(
  { now, before }: LoadState,
  read: (event: LoadEvent) => number,
): number | null {
  if (now === undefined || before === undefined) return null;
  const ms = now.elapsedMs - before.elapsedMs;
  return ms > 0 ? (read(now) - read(before)) / ms * 1000 : null;
}
