/**
 * Puts the frames of one message together.
 *
 * @module
 */

/** First size of the buffer of a large message; it doubles as that grows. */
const FIRST_BYTES = 131_072;

/** A first frame of this size promises more of them. */
const LARGE_FRAME_BYTES = 32_768;

/** A message that is arriving. */
export class Assembly {
  #bytes: Uint8Array = new Uint8Array(0);
  /** Whether the buffer is the reader's own, who gets a view of it. */
  #borrowed = false;
  /** The messages of a stream are often alike: begin with the last one's. */
  #firstBytes = FIRST_BYTES;
  /** Bytes so far. */
  length = 0;

  /** The bytes go to `buffer` from now on, which must be large enough. */
  into(buffer: Uint8Array): void {
    buffer.set(this.#bytes.subarray(0, this.length));
    this.#bytes = buffer;
    this.#borrowed = true;
  }

  /** Gives a borrowed buffer back. */
  detach(): void {
    if (!this.#borrowed) return;
    this.#bytes = this.#bytes.slice(0, this.length);
    this.#borrowed = false;
  }

  /**
   * Appends a copy of `bytes` from `start` to `end`. Room is made for what has
   * come and as much again, or for `roomBytes` if that is less.
   */
  append(
    bytes: Uint8Array,
    start: number,
    end: number,
    roomBytes: number = Infinity,
  ): void {
    const length = this.length + end - start;
    if (length > this.#bytes.length) {
      // A message that begins with a small frame may go on like that for ever.
      const isLarge = this.length === 0 && length >= LARGE_FRAME_BYTES;
      const wanted = isLarge ? this.#firstBytes : length * 2;
      this.#resize(Math.max(length, Math.min(wanted, roomBytes)));
    }
    this.#bytes.set(bytes.subarray(start, end), this.length);
    this.length = length;
  }

  /** The whole message; begins the next one. */
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
