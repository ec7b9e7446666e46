/**
 * Puts the frames of one message together.
 *
 * @module
 */

/** First size of the buffer of a large message; it doubles as needed. */
const FIRST_BYTES = 131_072;

/** Size of a first frame from which on more of them are expected. */
const LARGE_FRAME_BYTES = 32_768;

/** A message that is arriving. */
export class Assembly {
  #bytes: Uint8Array = new Uint8Array(0);
  /** Whether the buffer is the reader's, who is given a view of it. */
  #borrowed = false;
  /** First size: the messages of a stream are often like the last one. */
  #firstBytes = FIRST_BYTES;
  /** Bytes that have arrived so far. */
  length = 0;

  /** Continues in `buffer`, which must be large enough. */
  into(buffer: Uint8Array): void {
    buffer.set(this.#bytes.subarray(0, this.length));
    this.#bytes = buffer;
    this.#borrowed = true;
  }

  /** Gives a borrowed buffer back, and continues in one of its own. */
  detach(): void {
    if (!this.#borrowed) return;
    this.#bytes = this.#bytes.slice(0, this.length);
    this.#borrowed = false;
  }

  /**
   * Appends a copy of `bytes` from `start` to `end`. Room is made for what has
   * arrived and as much again, or for `roomBytes` if that is less.
   */
  append(
    bytes: Uint8Array,
    start: number,
    end: number,
    roomBytes: number = Infinity,
  ): void {
    const length = this.length + end - start;
    if (length > this.#bytes.length) {
      // A message that starts with a small frame may continue with small ones.
      const isLarge = this.length === 0 && length >= LARGE_FRAME_BYTES;
      const wanted = isLarge ? this.#firstBytes : length * 2;
      this.#resize(Math.max(length, Math.min(wanted, roomBytes)));
    }
    this.#bytes.set(bytes.subarray(start, end), this.length);
    this.length = length;
  }

  /** Moves the first bytes to `buffer`, as many as fit; returns how many. */
  moveTo(buffer: Uint8Array): number {
    const count = Math.min(buffer.length, this.length);
    buffer.set(this.#bytes.subarray(0, count));
    this.#bytes.copyWithin(0, count, this.length);
    this.length -= count;
    return count;
  }

  /** Returns the whole message, and starts the next one. */
  take(): Uint8Array {
    if (!this.#borrowed) {
      this.#firstBytes = Math.max(this.length, FIRST_BYTES);
      if (this.length < this.#bytes.length) this.#resize(this.length);
    }
    const message = this.#bytes.subarray(0, this.length);
    this.#bytes = new Uint8Array(0);
    this.#borrowed = false;
    this.length = 0;
    return message;
  }

  #resize(bytes: number): void {
    const { buffer } = this.#bytes;
    this.#bytes = this.length > 0 && buffer instanceof ArrayBuffer
      ? new Uint8Array(buffer.transfer(bytes))
      : new Uint8Array(bytes);
  }
}
