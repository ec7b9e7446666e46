/**
 * Buffers that are lent to a connection again and again.
 *
 * @module
 */

/** Buffers with the same bytes in each. */
export class BufferPool {
  readonly #content: Uint8Array;
  readonly #free: ArrayBuffer[] = [];

  /** Buffers with a copy of `content`. */
  constructor(content: Uint8Array) {
    this.#content = content;
  }

  /** The view of a free buffer, or of a new one. */
  take(): Uint8Array<ArrayBuffer> {
    const buffer = this.#free.pop();
    if (buffer !== undefined) return new Uint8Array(buffer);
    return new Uint8Array(this.#content);
  }

  /** Takes a buffer back. */
  readonly give = (buffer: ArrayBuffer): void => {
    this.#free.push(buffer);
  };
}
