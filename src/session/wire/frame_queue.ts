/**
 * Frames that have arrived and wait for one reader. Copies of small ones share
 * a buffer: one for each would cost more than the copy. As frames are taken in
 * the order in which they came, such a buffer is released with its last frame.
 *
 * @module
 */
import { Ring } from "../../actor/internal.ts";

/** Bytes of a buffer that copies share. */
const SLAB_BYTES = 8192;
/** The largest copy that shares a buffer. */
const SMALL_BYTES = 2048;

const EMPTY = new Uint8Array(0);

/** A frame that is not the last of its message. */
class Part {
  readonly payload: Uint8Array;

  constructor(payload: Uint8Array) {
    this.payload = payload;
  }
}

/** A queue of frames. */
export class FrameQueue {
  /** Whether the frame that was taken last ends its message. */
  endsMessage = false;
  readonly #frames = new Ring<Uint8Array | Part>();
  #slab = EMPTY;
  #used = 0;

  /** Frames that wait. */
  get length(): number {
    return this.#frames.length;
  }

  /** Bytes of the next frame if it ends a message, perhaps as its only one. */
  get nextEnd(): number | undefined {
    const frame = this.#frames.peek();
    return frame instanceof Part ? undefined : frame?.length;
  }

  /** Adds a copy of `bytes` from `start` to `end`. */
  push(bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    const payload = this.#copy(bytes, start, end);
    this.#frames.push(isEnd ? payload : new Part(payload));
  }

  /** Takes the oldest frame. */
  shift(): Uint8Array | undefined {
    const frame = this.#frames.shift();
    if (this.#frames.length === 0) this.#slab = EMPTY;
    this.endsMessage = !(frame instanceof Part);
    return frame instanceof Part ? frame.payload : frame;
  }

  /** Drops all frames. */
  clear(): void {
    while (this.shift() !== undefined);
  }

  #copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    if (length > SMALL_BYTES) return bytes.slice(start, end);
    // All empty ones are the same: they cost no more than their places.
    if (length === 0) return EMPTY;
    if (this.#slab.length === 0 || this.#used + length > SLAB_BYTES) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const copy = this.#slab.subarray(this.#used, this.#used += length);
    copy.set(bytes.subarray(start, end));
    return copy;
  }
}
