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
  /** Frames that `fill` or `fillSmall` took last, each to its end. */
  taken = 0;
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

  /**
   * Fills a buffer with the bytes that wait, and returns how many it got. The
   * last frame may be cut: its rest stays.
   */
  fill(buffer: Uint8Array): number {
    let filled = 0;
    this.taken = 0;
    while (this.length > 0 && filled < buffer.length) {
      const room = buffer.length - filled;
      const isCut = this.#nextBytes() > room;
      const bytes = isCut ? this.#cut(room) : this.shift() ?? EMPTY;
      buffer.set(bytes, filled);
      filled += bytes.length;
      if (!isCut) this.taken++;
    }
    return filled;
  }

  /** Fills a buffer with the small frames that wait, as many as fit whole. */
  fillSmall(buffer: Uint8Array): number {
    let filled = 0;
    this.taken = 0;
    while (this.length > 0) {
      const end = filled + this.#nextBytes();
      if (end - filled > SMALL_BYTES || end > buffer.length) break;
      buffer.set(this.shift() ?? EMPTY, filled);
      filled = end;
      this.taken++;
    }
    return filled;
  }

  /** Drops all frames. */
  clear(): void {
    while (this.shift() !== undefined);
  }

  #nextBytes(): number {
    const frame = this.#frames.peek();
    return (frame instanceof Part ? frame.payload : frame)?.length ?? 0;
  }

  /** Takes the first bytes of the next frame, which has more. */
  #cut(bytes: number): Uint8Array {
    const frame = this.#frames.shift() ?? EMPTY;
    const isPart = frame instanceof Part;
    const payload = isPart ? frame.payload : frame;
    const rest = payload.subarray(bytes);
    this.#frames.unshift(isPart ? new Part(rest) : rest);
    return payload.subarray(0, bytes);
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
