/**
 * A wait that ends with a signal.
 *
 * @module
 */

/** Returns a promise that rejects when the signal aborts. */
export function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return promise;
  const waiting = Promise.withResolvers<T>();
  const onAbort = (): void => waiting.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  promise.then(waiting.resolve, waiting.reject)
    .finally(() => signal.removeEventListener("abort", onAbort));
  return waiting.promise;
}
