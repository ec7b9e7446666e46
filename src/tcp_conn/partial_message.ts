/**
 * A message that is arriving. The length that it announces is not believed: it
 * takes at most twice the memory of the bytes that have arrived.
 *
 * @module
 */

/** The bytes of a message so far. */
export class PartialMessage {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Bytes that have arrived. */
  length = 0;

  /** Bytes that are reserved. */
  get reservedBytes(): number {
    return this.#bytes.length;
  }

  /** Appends a copy; returns the message once it has `totalBytes`. */
  append(data: Uint8Array, totalBytes: number): Uint8Array | undefined {
    const length = this.length + data.length;
    if (length > this.#bytes.length) {
      const size = Math.min(totalBytes, 2 * length);
      this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(size));
    }
    this.#bytes.set(data, this.length);
    this.length = length;
    return length < totalBytes ? undefined : this.#bytes;
  }
}
