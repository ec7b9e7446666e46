/**
 * A read that waits for bytes.
 *
 * @module
 */

/** A pending read of one message, or of any bytes. */
export interface PendingRead {
  /** Whether it is for a whole message. */
  readonly whole: boolean;
  /** The buffer of the reader, if it brings one. */
  readonly into: Uint8Array | undefined;
  readonly resolve: (bytes: Uint8Array | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls `abort` with the signal's reason when it aborts, until the function
 * that is returned is called.
 */
export function onAbort(
  signal: AbortSignal,
  abort: (reason: unknown) => void,
): () => void {
  const onAborted = (): void => abort(signal.reason);
  signal.addEventListener("abort", onAborted, { once: true });
  return () => signal.removeEventListener("abort", onAborted);
}
