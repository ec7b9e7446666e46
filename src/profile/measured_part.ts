/**
 * Parts of a measurement: each with a limit, and errors that name it.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { Distribution } from "../metrics/internal.ts";
import type { DistributionSummary } from "../metrics/mod.ts";
import type { ProfileError } from "./profile_errors.ts";

/** What bounds a part. */
export interface PartLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** The class of its errors. */
  readonly error: new (message: string, options?: ErrorOptions) => ProfileError;
}

/**
 * Does a part, which is to end soon after the signal that it is given aborts.
 *
 * @throws {ProfileError} of the class that is given, when the limit has passed
 * or the part throws; or the reason of the caller's signal.
 */
export async function measurePart<T>(
  what: string,
  { clock, timeoutMs, signal, error }: PartLimits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const timer = clock.schedule(timeoutMs, () => {
    controller.abort(
      new error(`Cannot measure ${what}: it took longer than ${timeoutMs} ms`),
    );
  });
  try {
    const result = await work(controller.signal);
    controller.signal.throwIfAborted();
    return result;
  } catch (cause) {
    // What a socket says when it is closed is not why it was.
    controller.signal.throwIfAborted();
    if (cause instanceof error) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new error(`Cannot measure ${what}: ${why}`, { cause });
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", abort);
  }
}

/** Milliseconds that something took, with what came of it. */
export async function timed<T>(
  clock: Clock,
  work: () => Promise<T>,
): Promise<{ readonly ms: number; readonly result: T }> {
  const startedAt = clock.now();
  const result = await work();
  return { ms: clock.now() - startedAt, result };
}

/** Does something so many times, one after the other, and times each. */
export async function repeat(
  clock: Clock,
  times: number,
  work: (index: number) => Promise<unknown>,
): Promise<DistributionSummary> {
  const distribution = new Distribution();
  for (let i = 0; i < times; i++) {
    distribution.record((await timed(clock, () => work(i))).ms);
  }
  return distribution.summary();
}

/** Bytes a second; `null` where no time has passed. */
export function rateOf(bytes: number, ms: number): number | null {
  return ms > 0 ? bytes / ms * 1000 : null;
}
