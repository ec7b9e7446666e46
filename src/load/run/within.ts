/**
 * Work with a hard limit.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { LoadTestError } from "../load_errors.ts";

/** How long work may take. */
export interface Limit {
  readonly clock: Clock;
  readonly limitMs: number;
  /** What an error calls it. */
  readonly what: string;
  /** Gives the work up. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Waits for work until its limit or its signal, whether or not the work heeds
 * the signal that it is given.
 *
 * @throws {LoadTestError} when the limit has passed; or the signal's reason,
 * or what the work throws.
 */
export async function within<T>(
  { clock, limitMs, what, signal }: Limit,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const { promise: cut, reject } = Promise.withResolvers<never>();
  const end = (reason: unknown) => {
    reject(reason);
    controller.abort(reason);
  };
  const onAbort = () => end(signal?.reason);
  const timer = clock.schedule(limitMs, () => {
    end(new LoadTestError(`${what} took longer than ${limitMs} ms`));
  });
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([
      Promise.try(() => work(controller.signal)),
      cut,
    ]);
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", onAbort);
  }
}
