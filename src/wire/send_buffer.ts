/**
 * Frames on their way to the socket: encoded once, side by side, into
 * segments that the socket writes from, so that small messages of one turn
 * leave in one write and a payload is copied once.
 *
 * @module
 */
import { HEADER_BYTES, MAX_FRAME_BYTES } from "./protocol.ts";

/** The segment that a quiet socket keeps. */
const QUIET_BYTES = 4096;
/** The segments of a busy one: four of the largest frames. */
const BUSY_BYTES = 4 * (HEADER_BYTES + MAX_FRAME_BYTES);
/** Busy segments that wait for the next busy socket of this process. */
const MAX_SPARES = 16;

interface Segment {
  readonly bytes: Uint8Array;
  /** Where the encoded bytes end. */
  filled: number;
  /** Where the bytes that the socket has taken end. */
  sent: number;
}

/** Shared: making one costs a socket in a hurry more than all the rest. */
const spares: Segment[] = [];

function segment(size: number): Segment {
  return { bytes: new Uint8Array(size), filled: 0, sent: 0 };
}

/** A queue of encoded frames. */
export class SendBuffer {
  readonly #quiet = segment(QUIET_BYTES);
  #segments: Segment[] = [this.#quiet];
  /** Bytes that the socket has not taken yet. */
  unsent = 0;

  /** Appends a frame whose payload is `payload` from `start` to `end`. */
  frame(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array,
    start = 0,
    end: number = payload.length,
  ): void {
    const length = end - start;
    const segment = this.#room(HEADER_BYTES + length);
    const { bytes, filled: at } = segment;
    bytes[at] = length >> 16;
    bytes[at + 1] = length >> 8;
    bytes[at + 2] = length;
    bytes[at + 3] = type << 4 | flags;
    bytes[at + 4] = stream >> 24;
    bytes[at + 5] = stream >> 16;
    bytes[at + 6] = stream >> 8;
    bytes[at + 7] = stream;
    bytes.set(
      length === payload.length ? payload : payload.subarray(start, end),
      at + HEADER_BYTES,
    );
    segment.filled = at + HEADER_BYTES + length;
    this.unsent += HEADER_BYTES + length;
  }

  /** Appends bytes that are no frame: the preface. */
  raw(bytes: Uint8Array): void {
    const segment = this.#room(bytes.length);
    segment.bytes.set(bytes, segment.filled);
    segment.filled += bytes.length;
    this.unsent += bytes.length;
  }

  /** The bytes to write next, in one piece; empty when all are sent. */
  next(): Uint8Array {
    const { bytes, sent, filled } = this.#segments[0] as Segment;
    return bytes.subarray(sent, filled);
  }

  /** Says that the socket has taken `count` bytes of `next()`. */
  sent(count: number): void {
    this.unsent -= count;
    const first = this.#segments[0] as Segment;
    first.sent += count;
    if (first.sent < first.filled) return;
    first.sent = first.filled = 0;
    // The last one goes as well, so that a quiet socket is small.
    if (this.#segments.length === 1 && first === this.#quiet) return;
    this.#segments.shift();
    if (first !== this.#quiet && spares.length < MAX_SPARES) spares.push(first);
    if (this.#segments.length === 0) this.#segments.push(this.#quiet);
  }

  #room(bytes: number): Segment {
    const last = this.#segments[this.#segments.length - 1] as Segment;
    if (last.filled + bytes <= last.bytes.length) return last;
    const next = spares.pop() ?? segment(BUSY_BYTES);
    // Or the socket would be asked to write nothing first.
    if (last.filled === 0) this.#segments.pop();
    this.#segments.push(next);
    return next;
  }
}
