/**
 * Work that a signal ends even if it ignores the signal.
 *
 * @module
 */

/**
 * Waits for some work, but no longer than until the signal aborts. Rejects with
 * whatever the work throws, or with the signal's reason.
 */
export async function untilAborted<T>(
  work: (signal: AbortSignal) => T | Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([Promise.try(() => work(signal)), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
