/** Makes the wait for a promise end when the signal aborts. */
export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
/** Makes an iteration end when the signal aborts. */
export function abortable<T>(
  p: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T>;
