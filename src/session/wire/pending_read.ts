/**
 * A read that waits for a message, or for any bytes.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";
import type { LargeFrame } from "./large_frame.ts";

/** A pending read of one message, or of any bytes. */
export interface PendingRead {
  /** Whether it is for a whole message. */
  readonly whole: boolean;
  /** The buffer of the reader, if it brings one. */
  readonly into: Uint8Array | undefined;
  /** Whether the reader may give it up, and has its buffer back then. */
  readonly isCancellable: boolean;
  /** The frame that has the buffer, or had it last. */
  loan: LargeFrame | undefined;
  readonly resolve: (bytes: Uint8Array | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Rejects a read, as soon as its buffer is the reader's again. */
export function rejectRead(reader: PendingRead, error: unknown): void {
  if (reader.loan === undefined) reader.reject(error);
  else reader.loan.afterLoan(() => reader.reject(error));
}

/** Makes a read cancellable: `onAborted` is called before it rejects. */
export function abortable(
  reader: PendingRead,
  signal: AbortSignal,
  onAborted: () => void,
): PendingRead {
  const { resolve, reject } = reader;
  const ended = onAbort(signal, (reason) => {
    onAborted();
    reject(reason);
  });
  return {
    ...reader,
    isCancellable: true,
    resolve: (bytes) => (ended(), resolve(bytes)),
    reject: (error) => (ended(), reject(error)),
  };
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

/** Returns the error of a read while another one waits. */
export function otherReadPending(): TroupeError {
  return new TroupeError("Cannot read: another read of this stream is pending");
}
