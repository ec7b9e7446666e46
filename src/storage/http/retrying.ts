/**
 * Tries something as often as that can help.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { delayBeforeRetry } from "./retry_rules.ts";
import type { ResolvedTransfer } from "./transfer_options.ts";

/** A try that has failed, and may succeed if it is repeated. */
export class Again<T> {
  /** What the service says of when to come back, if it does. */
  readonly retryAfter: string | null;
  /** Returns the outcome, or throws it, if this was the last try. */
  readonly giveUp: () => T;

  constructor(retryAfter: string | null, giveUp: () => T) {
    this.retryAfter = retryAfter;
    this.giveUp = giveUp;
  }
}

/**
 * Calls `attempt`, with the number of tries before, until it returns something
 * else than {@linkcode Again} or there were enough tries.
 */
export async function retrying<T>(
  { retries, backoff, clock }: ResolvedTransfer,
  signal: AbortSignal | undefined,
  attempt: (tries: number) => Promise<T | Again<T>>,
): Promise<T> {
  for (let tries = 0;; tries++) {
    const outcome = await attempt(tries);
    if (!(outcome instanceof Again)) return outcome;
    if (tries === retries) return outcome.giveUp();
    const delayMs = delayBeforeRetry(backoff, tries, outcome.retryAfter);
    await pause(clock, delayMs, signal);
  }
}

/** Waits, and rejects with the signal's reason if that aborts. */
async function pause(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = clock.schedule(ms, resolve);
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", onAbort);
  }
}
