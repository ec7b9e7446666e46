/**
 * The frames of a session on their way to its peer. They are encoded once, side
 * by side, into segments that the socket writes from, so that small messages of
 * one turn leave in one write; and they are kept until the peer acknowledges
 * them, so that the next socket can repeat what the last one lost.
 *
 * Places are counted in bytes from the start of the session.
 *
 * @module
 */
import { ProtocolError } from "./errors.ts";
import { HEADER_BYTES, USUAL_FRAME_BYTES } from "./protocol.ts";

/** Size of the segment that a quiet session keeps. */
const QUIET_BYTES = 4096;
/** Size of those of a busy one: four of the usual frames, and small ones. */
const BUSY_BYTES = 4 * (HEADER_BYTES + USUAL_FRAME_BYTES) + 1024;
/** Busy segments that wait for the next busy session of this process. */
const MAX_SPARES = 16;

interface Segment {
  readonly bytes: Uint8Array;
  /** The place of the first byte. */
  base: number;
  /** Where the encoded bytes end in this segment. */
  filled: number;
  /** Whether a lost socket may still read it: then it is not used again. */
  lent: boolean;
}

/** Spare busy segments: a new one costs a busy session more than the rest. */
const spares: Segment[] = [];

function segment(size: number): Segment {
  return { bytes: new Uint8Array(size), base: 0, filled: 0, lent: false };
}

/** A queue of encoded frames, which may have to be repeated. */
export class SendBuffer {
  readonly #quiet = segment(QUIET_BYTES);
  /** Oldest first; never empty. */
  #segments: Segment[] = [this.#quiet];
  /** Index of the segment that the socket writes from. */
  #at = 0;
  /** The place up to which the socket has taken bytes. */
  #sent = 0;
  /** The place where the bytes end that the socket was last given. */
  #offered = 0;
  #acknowledged = 0;
  #end = 0;

  /** The place up to which the peer has acknowledged bytes. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** The place where the encoded bytes end. */
  get end(): number {
    return this.#end;
  }

  /** Bytes that the socket has not taken yet. */
  get unsent(): number {
    return this.#end - this.#sent;
  }

  /** Bytes that the peer has not acknowledged. */
  get unacknowledged(): number {
    return this.#end - this.#acknowledged;
  }

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
    this.#end += HEADER_BYTES + length;
  }

  /** Returns the bytes to write next, in one piece; empty if all are sent. */
  next(): Uint8Array {
    let { bytes, base, filled } = this.#segments[this.#at] as Segment;
    if (this.#sent === base + filled && this.#at + 1 < this.#segments.length) {
      ({ bytes, base, filled } = this.#segments[++this.#at] as Segment);
    }
    this.#offered = base + filled;
    return bytes.subarray(this.#sent - base, filled);
  }

  /** Called when the socket has taken `count` bytes of `next()`. */
  sent(count: number): void {
    this.#sent += count;
    // The peer may have acknowledged them before the write has settled.
    if (this.#acknowledged >= this.#sent) this.#release();
  }

  /**
   * Forgets everything before `place`, which has arrived at the peer. Returns
   * false if that was known, as when an acknowledgement is repeated.
   *
   * @throws {ProtocolError} for a place that was not sent.
   */
  acknowledge(place: number): boolean {
    const most = Math.max(this.#offered, this.#sent);
    if (place > most) {
      throw new ProtocolError(
        `The peer acknowledges ${place} bytes, of which ${most} were sent`,
      );
    }
    if (place <= this.#acknowledged) return false;
    this.#acknowledged = place;
    this.#release();
    return true;
  }

  /** Returns whether a new socket can go on at `place`. */
  covers(place: number): boolean {
    return place >= this.#acknowledged &&
      place <= Math.max(this.#offered, this.#sent);
  }

  /**
   * Goes on at `place` over a new socket: the peer has everything before it.
   *
   * @throws {ProtocolError} for a place that was not sent, or is forgotten.
   */
  rewind(place: number): void {
    if (place < this.#acknowledged) {
      throw new ProtocolError(
        `The peer goes back to byte ${place}, and has acknowledged ${this.#acknowledged}`,
      );
    }
    if (this.#offered > this.#sent) {
      (this.#segments[this.#at] as Segment).lent = true;
    }
    this.acknowledge(place);
    this.#sent = this.#offered = place;
    this.#at = 0;
    this.#release();
  }

  /** Gives back the segments that hold nothing that may be needed. */
  #release(): void {
    const place = Math.min(this.#acknowledged, this.#sent);
    const segments = this.#segments;
    let first: Segment;
    while (
      (first = segments[0] as Segment).base + first.filled <= place &&
      segments.length > 1
    ) {
      segments.shift();
      if (this.#at > 0) this.#at--;
      recycle(first, this.#quiet);
    }
    if (place < this.#end || first.filled === 0) return;
    // Nothing is left: start again in the segment of a quiet session.
    if (first !== this.#quiet) {
      recycle(first, this.#quiet);
      segments[0] = this.#quiet;
    }
    this.#quiet.base = place;
    this.#quiet.filled = 0;
  }

  #room(bytes: number): Segment {
    const last = this.#segments[this.#segments.length - 1] as Segment;
    if (last.filled + bytes <= last.bytes.length) return last;
    const next = this.#next(bytes);
    next.base = this.#end;
    next.filled = 0;
    // An empty one would hold up the rest for ever.
    if (last.filled === 0) this.#segments.pop();
    this.#segments.push(next);
    return next;
  }

  /** Returns a segment as large as all that waits: memory follows need. */
  #next(bytes: number): Segment {
    const wanted = Math.max(bytes, QUIET_BYTES, this.unacknowledged);
    if (wanted > BUSY_BYTES / 8) return spares.pop() ?? segment(BUSY_BYTES);
    return segment(2 ** Math.ceil(Math.log2(wanted)));
  }
}

function recycle(segment: Segment, quiet: Segment): void {
  const busy = segment.bytes.length === BUSY_BYTES;
  if (segment === quiet || segment.lent || !busy) return;
  if (spares.length < MAX_SPARES) spares.push(segment);
}
