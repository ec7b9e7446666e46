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
import type { Loan } from "./loan.ts";
import {
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  USUAL_FRAME_BYTES,
} from "./protocol.ts";

/** Size of the segment that a quiet session keeps. */
const QUIET_BYTES = 4096;
/** Size of those of a busy one: four of the usual frames, and small ones. */
const BUSY_BYTES = 4 * (HEADER_BYTES + USUAL_FRAME_BYTES) + 1024;
/** Size of one for the largest frame, and small ones. */
const LARGE_BYTES = HEADER_BYTES + MAX_FRAME_BYTES + 1024;
/** Busy segments that wait for the next busy session of this process. */
const MAX_SPARES = 16;
/** Large segments that do. */
const MAX_LARGE_SPARES = 2;

interface Memory {
  readonly bytes: Uint8Array;
  /** Whether a lost socket may still read it: then it is not used again. */
  exposed: boolean;
}

/** A part of the sequence that lies in one piece. */
interface Segment {
  readonly memory: Memory;
  /** The place of the first byte of the memory. */
  base: number;
  /** Where the encoded bytes end in the memory. */
  filled: number;
  /** Whether the memory is used by no later segment. */
  isLast: boolean;
  /** Whose the memory is, unless it is this module's. */
  loan: Loan | undefined;
}

/** Spare busy memory: a new one costs a busy session more than the rest. */
const spares: Memory[] = [];
/** Spare large memory. */
const largeSpares: Memory[] = [];

function newMemory(size: number): Memory {
  return { bytes: new Uint8Array(size), exposed: false };
}

function segment(memory: Memory, base: number, filled: number): Segment {
  return { memory, base, filled, isLast: true, loan: undefined };
}

/** A queue of encoded frames, which may have to be repeated. */
export class SendBuffer {
  readonly #keeps: boolean;
  readonly #quiet = segment(newMemory(QUIET_BYTES), 0, 0);
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

  /** @param keeps Whether what was sent is kept until it is acknowledged. */
  constructor(keeps = true) {
    this.#keeps = keeps;
  }

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

  /** Bytes that are kept: for a socket, or until they are acknowledged. */
  get kept(): number {
    return this.#keeps ? this.unacknowledged : this.unsent;
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
    const segment = this.#header(type, flags, stream, length, length);
    const { memory: { bytes }, filled } = segment;
    bytes.set(
      length === payload.length ? payload : payload.subarray(start, end),
      filled,
    );
    segment.filled = filled + length;
    this.#end += length;
  }

  /** Has the next frames, of so many bytes together, lie in one piece. */
  reserve(bytes: number): void {
    this.#room(bytes);
  }

  /** Appends a frame whose payload is written from where it lies. */
  lend(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array,
    loan: Loan,
  ): void {
    this.#header(type, flags, stream, payload.length, 0);
    loan.use();
    const memory = { bytes: payload, exposed: false };
    const lent = segment(memory, this.#end, payload.length);
    lent.loan = loan;
    this.#segments.push(lent);
    this.#end += payload.length;
  }

  /**
   * Returns what was lent: the session is over, and has no more use for it but
   * to write it to the end. Whoever gets a buffer back gets a copy.
   */
  returnLoans(): void {
    for (const segment of this.#segments) {
      const { loan, memory } = segment;
      if (loan === undefined) continue;
      loan.expose();
      loan.release();
      segment.loan = undefined;
      memory.exposed = true;
    }
  }

  /** Returns the bytes to write next, in one piece; empty if all are sent. */
  next(): Uint8Array {
    let { memory, base, filled } = this.#segments[this.#at] as Segment;
    if (this.#sent === base + filled && this.#at + 1 < this.#segments.length) {
      ({ memory, base, filled } = this.#segments[++this.#at] as Segment);
    }
    this.#offered = base + filled;
    return memory.bytes.subarray(this.#sent - base, filled);
  }

  /** Called when the socket has taken `count` bytes of `next()`. */
  sent(count: number): void {
    this.#sent += count;
    // The peer may have acknowledged them before the write has settled.
    if (!this.#keeps || this.#acknowledged >= this.#sent) this.#release();
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

  /** Returns whether a new socket would have to repeat what is not kept. */
  hasLost(place: number): boolean {
    return !this.#keeps && place >= this.#acknowledged && place < this.#sent;
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
      const { memory, loan } = this.#segments[this.#at] as Segment;
      memory.exposed = true;
      loan?.expose();
    }
    this.acknowledge(place);
    this.#sent = this.#offered = place;
    this.#at = 0;
    this.#release();
  }

  /** Gives back the segments that hold nothing that may be needed. */
  #release(): void {
    const place = this.#keeps
      ? Math.min(this.#acknowledged, this.#sent)
      : this.#sent;
    const segments = this.#segments;
    let first: Segment;
    while (
      (first = segments[0] as Segment).base + first.filled <= place &&
      segments.length > 1
    ) {
      segments.shift();
      if (this.#at > 0) this.#at--;
      this.#recycle(first);
    }
    if (place < this.#end || first.filled === 0) return;
    // Nothing is left: start again in the segment of a quiet session.
    const quiet = this.#quiet;
    if (first !== quiet) {
      this.#recycle(first);
      segments[0] = quiet;
    }
    quiet.base = place;
    quiet.filled = 0;
    quiet.isLast = true;
  }

  /** Appends a header, with as much room behind it in the same segment. */
  #header(
    type: number,
    flags: number,
    stream: number,
    length: number,
    room: number,
  ): Segment {
    const segment = this.#room(HEADER_BYTES + room);
    const { memory: { bytes }, filled: at } = segment;
    bytes[at] = length >> 16;
    bytes[at + 1] = length >> 8;
    bytes[at + 2] = length;
    bytes[at + 3] = type << 4 | flags;
    bytes[at + 4] = stream >> 24;
    bytes[at + 5] = stream >> 16;
    bytes[at + 6] = stream >> 8;
    bytes[at + 7] = stream;
    segment.filled = at + HEADER_BYTES;
    this.#end += HEADER_BYTES;
    return segment;
  }

  /** Returns the last segment if it has room for `bytes`, or else a new one. */
  #room(bytes: number): Segment {
    const segments = this.#segments;
    const last = segments[segments.length - 1] as Segment;
    if (last.loan === undefined && hasRoom(last, bytes)) return last;
    // A header before what was lent takes a few bytes of its memory.
    const before = last.loan && segments[segments.length - 2];
    let next: Segment;
    if (before !== undefined && isOwn(before) && hasRoom(before, bytes)) {
      const { memory, filled } = before;
      before.isLast = false;
      next = segment(memory, this.#end - filled, filled);
    } else next = segment(this.#memory(bytes), this.#end, 0);
    // An empty one would hold up the rest for ever.
    if (last.filled === 0) segments.pop();
    segments.push(next);
    return next;
  }

  /** Returns memory as large as all that waits: memory follows need. */
  #memory(bytes: number): Memory {
    if (bytes > BUSY_BYTES) return largeSpares.pop() ?? newMemory(LARGE_BYTES);
    const wanted = Math.max(bytes, QUIET_BYTES, this.kept);
    if (wanted > BUSY_BYTES / 8) return spares.pop() ?? newMemory(BUSY_BYTES);
    return newMemory(2 ** Math.ceil(Math.log2(wanted)));
  }

  #recycle({ memory, isLast, loan }: Segment): void {
    loan?.release();
    if (!isLast || loan !== undefined || memory.exposed) return;
    const { length } = memory.bytes;
    if (length === BUSY_BYTES) {
      if (spares.length < MAX_SPARES) spares.push(memory);
    } else if (length === LARGE_BYTES) {
      if (largeSpares.length < MAX_LARGE_SPARES) largeSpares.push(memory);
    }
  }
}

function isOwn({ loan, isLast }: Segment): boolean {
  return loan === undefined && isLast;
}

function hasRoom({ memory, filled }: Segment, bytes: number): boolean {
  return filled + bytes <= memory.bytes.length;
}
