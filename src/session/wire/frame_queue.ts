/**
 * Frames that have arrived and wait for one reader. Small ones that came one
 * behind the other are copied together, headers and all, and lie in a slab as
 * they lay on the wire: each on its own would cost more than the copy. As
 * frames are taken in the order in which they came, a slab is released with
 * its last frame.
 *
 * @module
 */
import { Ring } from "../../actor/internal.ts";
import type { ReceivedBatch } from "./received_batch.ts";
import { DataFlag, HEADER_BYTES } from "./protocol.ts";
import { SLAB_BYTES, takeSlab } from "./slabs.ts";

/** The least bytes of a slab that frames of several reads share. */
const LEAST_BYTES = 8192;
/** Payload bytes of the largest frame that shares a slab. */
const SMALL_BYTES = 4096;

/** Payload bytes of the largest frame that comes with others to a reader. */
const GATHERED_BYTES = 2048;

/** Where they are gathered, by one queue at a time. */
const GATHERED = new Uint8Array(16_384);

const EMPTY = new Uint8Array(0);

/** A frame that is not the last of its message, or the rest of one. */
class Part {
  readonly payload: Uint8Array;

  constructor(payload: Uint8Array) {
    this.payload = payload;
  }
}

/** Small frames, with their headers. */
class Slab {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the oldest frame starts. */
  at = 0;
  /** Where the newest one ends. */
  end = 0;
  /** Whether a reader has a message of it. */
  isShared = false;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
  }

  /** Payload bytes of the frame that starts at `at`. */
  lengthAt(at: number): number {
    const { bytes } = this;
    // Each index is below `end`, which is within the buffer.
    return bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!;
  }

  /** Whether the frame that starts at `at` ends its message. */
  endsAt(at: number): boolean {
    return (this.bytes[at + 3]! & DataFlag.END) !== 0;
  }
}

/** A queue of frames. */
export class FrameQueue {
  /** Whether its slabs come from those that were given back. */
  reuses = false;
  /** Whether the frame that was taken last ends its message. */
  endsMessage = false;
  /** Frames that `fill`, `gather` or `takeMessages` took last, to their end. */
  taken = 0;
  /** Frames that wait. */
  length = 0;
  /** What wait: whole frames as their payload, parts, or many in a slab. */
  readonly #entries = new Ring<Uint8Array | Part | Slab>();
  /** The newest entry, if more can be copied into it. */
  #tail: Slab | undefined;
  /** What the frames lie in that are not copied yet, from `start` to `end`. */
  #source: Uint8Array | undefined;
  #start = 0;
  #end = 0;

  /** Bytes of the next frame if it ends a message, perhaps as its only one. */
  get nextEnd(): number | undefined {
    const entry = this.#next();
    if (entry instanceof Slab) {
      return entry.endsAt(entry.at) ? entry.lengthAt(entry.at) : undefined;
    }
    return entry instanceof Part ? undefined : entry?.length;
  }

  /** Payload bytes of the next frame; 0 if there is none. */
  get nextBytes(): number {
    const entry = this.#next();
    if (entry instanceof Slab) return entry.lengthAt(entry.at);
    return (entry instanceof Part ? entry.payload : entry)?.length ?? 0;
  }

  /**
   * Adds a frame whose payload is `bytes` from `start` to `end`, right behind
   * its header. Nobody may change `bytes` before `endRead` is called.
   */
  push(bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    this.length++;
    if (end - start > SMALL_BYTES) {
      return this.#add(bytes.slice(start, end), isEnd);
    }
    const at = start - HEADER_BYTES;
    if (
      at !== this.#end || bytes !== this.#source ||
      end - this.#start > SLAB_BYTES
    ) {
      this.endRead();
      this.#source = bytes;
      this.#start = at;
    }
    this.#end = end;
  }

  /** Adds a frame, a part of which somebody has read: here is its rest. */
  pushRest(bytes: Uint8Array, isEnd: boolean): void {
    this.length++;
    this.#add(bytes, isEnd);
  }

  /** Copies what was not copied yet: `bytes` of `push` changes from now on. */
  endRead(): void {
    const source = this.#source;
    if (source === undefined) return;
    const count = this.#end - this.#start;
    let slab = this.#tail;
    if (slab === undefined || slab.end + count > slab.bytes.length) {
      slab = this.#tail = new Slab(this.#room(count));
      this.#entries.push(slab);
    }
    slab.bytes.set(source.subarray(this.#start, this.#end), slab.end);
    slab.end += count;
    this.#source = undefined;
  }

  /** Takes the oldest frame. */
  shift(): Uint8Array | undefined {
    const entry = this.#next();
    if (entry === undefined) {
      this.endsMessage = true;
      return undefined;
    }
    this.length--;
    if (!(entry instanceof Slab)) {
      this.#entries.shift();
      this.endsMessage = !(entry instanceof Part);
      return entry instanceof Part ? entry.payload : entry;
    }
    const { at } = entry;
    const length = entry.lengthAt(at);
    this.endsMessage = entry.endsAt(at);
    entry.isShared = true;
    entry.at = at + HEADER_BYTES + length;
    if (entry.at === entry.end) this.#release(entry);
    // All empty ones are the same: they keep no slab.
    if (length === 0) return EMPTY;
    return new Uint8Array(entry.bytes.buffer, at + HEADER_BYTES, length);
  }

  /**
   * Moves messages of one frame, each of at most `maxMessageBytes`, to a batch,
   * up to `maxBytes` together and at least one, and returns their bytes.
   */
  takeMessages(
    batch: ReceivedBatch,
    maxBytes: number,
    maxMessageBytes: number,
  ): number {
    let bytes = 0;
    this.taken = 0;
    while (true) {
      const entry = this.#next();
      const isFirst = batch.messages.length === 0;
      const room = isFirst ? Infinity : maxBytes - bytes;
      if (entry === undefined || entry instanceof Part) return bytes;
      if (entry instanceof Uint8Array) {
        const { length } = entry;
        if (length > maxMessageBytes || length > room) return bytes;
        this.#entries.shift();
        this.length--;
        this.taken++;
        batch.add(entry);
        bytes += length;
      } else {
        const moved = this.#takeSlab(
          entry,
          batch,
          isFirst,
          maxBytes - bytes,
          maxMessageBytes,
        );
        if (moved < 0) return bytes;
        bytes += moved;
      }
    }
  }

  /** Moves what may go of a slab; returns the payload bytes, or −1 for none. */
  #takeSlab(
    slab: Slab,
    batch: ReceivedBatch,
    isFirst: boolean,
    maxBytes: number,
    maxMessageBytes: number,
  ): number {
    const from = slab.at;
    let stop = from;
    let count = 0;
    while (stop < slab.end && slab.endsAt(stop)) {
      const length = slab.lengthAt(stop);
      const payload = stop - from - count * HEADER_BYTES + length;
      const isOver = payload > maxBytes && !(isFirst && count === 0);
      if (length > maxMessageBytes || isOver) break;
      stop += HEADER_BYTES + length;
      count++;
    }
    if (count === 0) return -1;
    slab.at = stop;
    this.length -= count;
    this.taken += count;
    if (stop < slab.end || slab.isShared) {
      // Others have messages of it, which must not end with this batch.
      batch.addFrames(slab.bytes.slice(from, stop), 0, stop - from);
    } else batch.addFrames(slab.bytes, from, stop);
    if (stop === slab.end) this.#release(slab);
    return stop - from - count * HEADER_BYTES;
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
      const isCut = this.nextBytes > room;
      const bytes = isCut ? this.#cut(room) : this.shift() ?? EMPTY;
      buffer.set(bytes, filled);
      filled += bytes.length;
      if (!isCut) this.taken++;
    }
    return filled;
  }

  /** Takes the bytes of the small frames that are next, a few KB together. */
  gather(): Uint8Array {
    return GATHERED.slice(0, this.#fillSmall(GATHERED));
  }

  #fillSmall(buffer: Uint8Array): number {
    let filled = 0;
    this.taken = 0;
    while (this.length > 0) {
      const end = filled + this.nextBytes;
      if (end - filled > GATHERED_BYTES || end > buffer.length) break;
      buffer.set(this.shift() ?? EMPTY, filled);
      filled = end;
      this.taken++;
    }
    return filled;
  }

  /** Drops all frames. */
  clear(): void {
    while (this.#entries.shift() !== undefined);
    this.#tail = this.#source = undefined;
    this.length = 0;
  }

  #next(): Uint8Array | Part | Slab | undefined {
    if (this.#source !== undefined) this.endRead();
    return this.#entries.peek();
  }

  #add(payload: Uint8Array, isEnd: boolean): void {
    this.endRead();
    this.#entries.push(isEnd ? payload : new Part(payload));
    this.#tail = undefined;
  }

  /** Removes the oldest entry: its frames are taken. */
  #release(slab: Slab): void {
    this.#entries.shift();
    if (this.#tail === slab) this.#tail = undefined;
  }

  /** Takes the first bytes of the next frame, which has more. */
  #cut(bytes: number): Uint8Array {
    const payload = this.shift() ?? EMPTY;
    const rest = payload.subarray(bytes);
    this.#entries.unshift(this.endsMessage ? rest : new Part(rest));
    this.length++;
    return payload.subarray(0, bytes);
  }

  /** Returns a new slab for so many bytes, and maybe more. */
  #room(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes > SLAB_BYTES / 2) {
      return this.reuses ? takeSlab(bytes) : new Uint8Array(SLAB_BYTES);
    }
    // What comes while something waits is likely to wait as well.
    const isAlone = this.#entries.length === 0;
    return new Uint8Array(isAlone ? bytes : Math.max(bytes, LEAST_BYTES));
  }
}
