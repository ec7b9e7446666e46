/**
 * What carries a session: any ordered stream of bytes, such as a TCP socket, a
 * TLS connection or, in tests, memory.
 *
 * @module
 */

/** A two-way stream of bytes that carries a session. */
export interface Transport {
  /** Reads bytes into `buffer`. Resolves to their count, or `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /**
   * Writes some of `bytes`, and resolves to their count. When a write fails,
   * reads end as well.
   */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends this side's direction: nothing more will be written. */
  closeWrite(): Promise<void>;
  /** Closes both directions, so that pending calls end. Safe to call twice. */
  close(): void;
}
