/**
 * What a contestant of the TCP comparisons must be able to do. The raw sockets
 * and Troupe implement the same two interfaces and are driven by the very same
 * loops (`workloads.ts`), so that neither pays for a loop of its own.
 *
 * @module
 */

/** The dialling half of an echo; the other half sends whole messages back. */
export interface EchoPeer extends AsyncDisposable {
  /**
   * Sends a message and resolves with it once the whole of it is back. The
   * result may be a buffer that the next call overwrites.
   */
  roundTrip(payload: Uint8Array): Promise<Uint8Array>;
}

/** How much a {@linkcode SinkPeer} sends before it settles. */
export interface Batch {
  /** Bytes of each message; every message of a batch has this size. */
  readonly messageBytes: number;
  /** Messages of a batch. */
  readonly messages: number;
}

/** The dialling half of a one-way flow; the other half takes and counts it. */
export interface SinkPeer extends AsyncDisposable {
  /** The batch that both halves agreed on when they connected. */
  readonly batch: Batch;
  /**
   * Accepts a message, and may hold it back to send it with the next ones.
   * `undefined` asks for the next message at once; a promise asks the sender to
   * wait for it first. Not to be called again before that.
   */
  send(payload: Uint8Array): Promise<void> | undefined;
  /**
   * Sends what is held back and resolves with the number of whole messages that
   * the other half took since the last time. Call it after a full batch.
   */
  settle(): Promise<number>;
}
