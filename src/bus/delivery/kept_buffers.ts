/**
 * The buffers that messages keep while they wait. Messages that came together
 * share one, and are not worth a copy; one that has a large buffer to itself is
 * copied out of it, or a queue would hold far more than its bytes.
 *
 * @module
 */

/** Entries behind which one more is to wait for a while. */
const MANY = 64;
/** The part of a buffer that has to be in the queue, as one of so many. */
const LEAST_PART = 8;

/** What may keep a buffer. */
interface Keeper {
  readonly bytes: number;
  readonly buffer?: ArrayBufferLike | undefined;
  compact?(): void;
}

/** The buffers behind the messages of one queue. */
export class KeptBuffers {
  /** The buffer of the last message. */
  #last: ArrayBufferLike | undefined;
  /** Bytes of messages in it that came one after the other. */
  #bytes = 0;
  #isSparse = false;

  /** Looks at a message that is to wait behind `length` others. */
  take(entry: Keeper, length: number): void {
    if (length < MANY) {
      if (length === 0) this.#last = undefined;
      return;
    }
    const { buffer, bytes } = entry;
    if (buffer === undefined) return;
    if (buffer !== this.#last) {
      const size = this.#last?.byteLength ?? 0;
      this.#isSparse = this.#bytes * LEAST_PART < size;
      this.#last = buffer;
      this.#bytes = 0;
    }
    this.#bytes += bytes;
    if (this.#isSparse) entry.compact?.();
  }
}
