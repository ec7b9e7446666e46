/** Options for {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the wait early, with the signal's reason. */
  signal?: AbortSignal;
}

/** Rejects with a `TimeoutError` if the promise takes longer than `ms`. */
export function deadline<T>(
  p: Promise<T>,
  ms: number,
  options?: DeadlineOptions,
): Promise<T>;
