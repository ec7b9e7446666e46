/**
 * Steps of a measurement, each with a time limit and errors that name it.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { reasonOf } from "../checks/internal.ts";
import { Distribution } from "../metrics/internal.ts";
import type { DistributionSummary } from "../metrics/mod.ts";
import type { ProfileError } from "./profile_errors.ts";

/** The limits of one step. */
export interface StepLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** The class of the errors that it throws. */
  readonly error: new (message: string, options?: ErrorOptions) => ProfileError;
}

/**
 * Runs a step, which must end soon after its signal aborts. Rejects with the
 * reason of the caller's signal if that aborts.
 *
 * @throws {ProfileError} of the given class, if the time limit passes or the
 * step throws.
 */
export async function measureStep<T>(
  what: string,
  { clock, timeoutMs, signal, error }: StepLimits,
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
    // The error of a socket that was closed is not the reason for closing it.
    controller.signal.throwIfAborted();
    if (cause instanceof error) throw cause;
    throw new error(`Cannot measure ${what}: ${reasonOf(cause)}`, { cause });
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", abort);
  }
}

/** Returns the result of some work, and the milliseconds that it took. */
export async function timed<T>(
  clock: Clock,
  work: () => Promise<T>,
): Promise<{ readonly ms: number; readonly result: T }> {
  const startedAt = clock.now();
  const result = await work();
  return { ms: clock.now() - startedAt, result };
}

/** Does some work `times` times in sequence, and measures each time. */
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

/** Returns bytes per second; `null` if no time has passed. */
export function rateOf(bytes: number, ms: number): number | null {
  return ms > 0 ? bytes / ms * 1000 : null;
}
