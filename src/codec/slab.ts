// Memory for small messages that are sent at once: a buffer for each would cost
// more than the encoding.

const SLAB_BYTES = 8_192;

/** Where a message is written. */
export interface Placement {
  /** Bytes of any content in front of it. */
  readonly headBytes: number;
  /** Whether it may share its buffer with other messages. */
  readonly isShared: boolean;
}

/** A buffer from which messages are cut one after another, each byte once. */
export class Slab {
  /** The memory; what lies before `start` belongs to messages. */
  bytes: Uint8Array<ArrayBuffer> = EMPTY;
  /** Where the next message starts. */
  start = 0;

  /** Makes sure that `bytes` has `length` bytes from `start` on. */
  reserve(length: number): void {
    if (this.start + length > this.bytes.length) this.replace(length, 0);
  }

  /**
   * Goes on in a new buffer of `length` bytes, or of the size of a slab if that
   * is more, and copies the `used` bytes from `start` on to its beginning.
   */
  replace(length: number, used: number): void {
    const old = this.bytes.subarray(this.start, this.start + used);
    this.bytes = new Uint8Array(Math.max(SLAB_BYTES, length));
    this.bytes.set(old);
    this.start = 0;
  }

  /** Cuts off the message that lies from `start` to `end`. */
  cut(end: number): Uint8Array {
    const { bytes, start } = this;
    this.start = end;
    return new Uint8Array(bytes.buffer, start, end - start);
  }

  /** Copies the message that lies from `start` to `end`. */
  copy(end: number): Uint8Array {
    return this.bytes.slice(this.start, end);
  }
}

const EMPTY = new Uint8Array(0);
