/**
 * Work with a hard time limit.
 *
 * @module
 */
import { abortable } from "@std/async/abortable";
import type { Clock } from "../../actor/mod.ts";

/** Options of {@linkcode withTimeout}. */
export interface TimeoutOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Makes the error that the work is given up with. */
  readonly timeoutError: () => Error;
  /** Gives the work up as well. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Waits for work until its timeout or its signal, whether or not the work heeds
 * the signal that it is given.
 *
 * @throws what `timeoutError` returns once the time has passed; or the reason
 * of the signal, or what the work throws.
 */
export async function withTimeout<T>(
  { clock, timeoutMs, timeoutError, signal }: TimeoutOptions,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const timeout = new AbortController();
  const timer = clock.schedule(timeoutMs, () => timeout.abort(timeoutError()));
  const ended = signal === undefined
    ? timeout.signal
    : AbortSignal.any([signal, timeout.signal]);
  try {
    return await abortable(Promise.try(work, ended), ended);
  } finally {
    timer.cancel();
  }
}
