/**
 * Waits that a signal ends.
 *
 * @module
 */

/**
 * Waits for work, or for the signal if the work does not heed it.
 *
 * @throws what the work throws, or the signal's reason.
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
