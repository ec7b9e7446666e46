/**
 * Messages that are received together.
 *
 * @module
 */

/**
 * Whole messages that had arrived together, as `batches` of a connection hands
 * them out. They belong to whoever has the batch, until it is disposed.
 *
 * Many small messages share a buffer of 32 KiB, so one of them that is kept
 * keeps all of that: copy what you keep for long. To dispose the batch (by
 * `using`) gives the buffers back for the messages that come next, which is
 * faster than fresh memory; from then on every message of the batch has length
 * 0, wherever a reference to it was kept. Without it they are garbage like
 * anything else.
 */
export interface MessageBatch extends Disposable {
  /** The messages, at least one, in the order in which they were sent. */
  readonly messages: readonly Uint8Array<ArrayBuffer>[];
}

/** How a connection receives batches of messages. */
export interface BatchOptions {
  /**
   * Bytes of messages in a batch, 1 or more. A batch ends before the message
   * that would exceed this, unless that is its first.
   * @default {262144}
   */
  readonly maxBytes?: number;
  /** Ends the loop, which rejects with the signal's reason. Nothing is lost. */
  readonly signal?: AbortSignal;
}
