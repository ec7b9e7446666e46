/**
 * Puts the frames of one message together.
 *
 * @module
 */

/** First size of the buffer; it doubles as the message grows. */
const FIRST_BYTES = 131_072;

/** A message that is arriving. */
export class Assembly {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** The messages of a stream are often alike: begin with the last one's. */
  #firstBytes = FIRST_BYTES;
  /** Bytes so far. */
  length = 0;

  /** Appends a copy of `bytes` from `start` to `end`. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start;
    const room = this.#bytes.length;
    if (room === 0) {
      this.#bytes = new Uint8Array(Math.max(this.#firstBytes, length));
    } else if (length > room) {
      const size = Math.max(length, room * 2);
      this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(size));
    }
    this.#bytes.set(bytes.subarray(start, end), this.length);
    this.length = length;
  }

  /** The whole message, in a buffer of its own; begins the next one. */
  take(): Uint8Array {
    const message = this.length === this.#bytes.length
      ? this.#bytes
      : new Uint8Array(this.#bytes.buffer.transfer(this.length));
    this.#firstBytes = this.length;
    this.#bytes = new Uint8Array(0);
    this.length = 0;
    return message;
  }
}
