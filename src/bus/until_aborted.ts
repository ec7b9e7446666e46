/**
 * What ends when one of several signals aborts.
 *
 * @module
 */

const NOTHING = (): void => {};

/**
 * Calls `end` once when one of the signals aborts, soon if one has already,
 * until the function that is returned is called.
 */
export function untilAborted(
  signals: readonly AbortSignal[],
  end: () => void,
): () => void {
  if (signals.length === 0) return NOTHING;
  const stop = (): void => {
    for (const signal of signals) signal.removeEventListener("abort", aborted);
  };
  const aborted = (): void => {
    stop();
    end();
  };
  for (const signal of signals) {
    signal.addEventListener("abort", aborted, { once: true });
  }
  if (signals.some(({ aborted }) => aborted)) queueMicrotask(aborted);
  return stop;
}
