/**
 * The last bytes of an output, by their offsets from its start.
 *
 * @module
 */

/** A ring of bytes: new bytes replace the oldest. */
export class OutputRing {
  readonly #capacity: number;
  /** Grows up to the capacity: most sessions have little output. */
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Offset after the last byte: how many bytes there were in all. */
  end = 0;

  /** A ring that keeps the last `capacity` bytes. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Offset of the oldest byte that is kept. */
  get start(): number {
    return Math.max(0, this.end - this.#capacity);
  }

  /** Appends a copy of the bytes. */
  append(bytes: Uint8Array): void {
    const kept = bytes.length > this.#capacity
      ? bytes.subarray(bytes.length - this.#capacity)
      : bytes;
    this.#grow(Math.min(this.#capacity, this.end + bytes.length));
    const size = this.#bytes.length;
    if (kept.length > 0) {
      const at = (this.end + bytes.length - kept.length) % size;
      const first = size - at;
      if (kept.length <= first) this.#bytes.set(kept, at);
      else {
        this.#bytes.set(kept.subarray(0, first), at);
        this.#bytes.set(kept.subarray(first), 0);
      }
    }
    this.end += bytes.length;
  }

  /**
   * Returns up to `maxBytes` bytes from `offset` on, as a view of the ring: it
   * ends where the ring wraps around, and changes when more is appended.
   *
   * @throws {RangeError} if the offset is not from `start` to `end`.
   */
  view(offset: number, maxBytes: number): Uint8Array<ArrayBuffer> {
    if (!(offset >= this.start && offset <= this.end)) {
      throw new RangeError(
        `Cannot read the output: the offset is ${offset}, it must be from ${this.start} to ${this.end}`,
      );
    }
    const at = this.#bytes.length === 0 ? 0 : offset % this.#bytes.length;
    const size = Math.min(maxBytes, this.end - offset);
    return this.#bytes.subarray(at, at + size);
  }

  /** Grows to `size` bytes; no byte has been replaced before that. */
  #grow(size: number): void {
    if (size <= this.#bytes.length) return;
    const grown = new Uint8Array(
      Math.min(this.#capacity, Math.max(size, 2 * this.#bytes.length)),
    );
    grown.set(this.#bytes.subarray(0, this.end));
    this.#bytes = grown;
  }
}
