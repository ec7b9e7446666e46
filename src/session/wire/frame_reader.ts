/**
 * Cuts the bytes of a socket into frames, the same frames however the bytes
 * arrive. It owns the buffer that the socket reads into, and checks a length
 * before it keeps a byte of it.
 *
 * @module
 */
import { ProtocolError, TruncatedError } from "./errors.ts";
import {
  ErrorCode,
  FrameType,
  HEADER_BYTES,
  MAX_CONTROL_BYTES,
  MAX_FRAME_BYTES,
  PREFACE,
} from "./protocol.ts";

/** Where the payload of a large frame goes. */
export interface PayloadTarget {
  /** Returns where to put the next bytes; `undefined` to drop all that come. */
  space(): Uint8Array | undefined;
  /** Takes `count` bytes that were put there. */
  advance(count: number): void;
  /** Called when no more bytes will come. */
  lost(): void;
}

/** Takes frames, one with each call. */
export interface FrameSink {
  /**
   * Takes a whole frame, whose payload is `bytes` from `start` to `end`, right
   * behind its header. It is valid until `endRead`, as the reader overwrites it.
   */
  frame(
    type: number,
    flags: number,
    stream: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;
  /**
   * Takes the header of a DATA frame of over 64 KiB, most of which has not
   * arrived yet. Returns where its payload goes; `undefined` if nobody wants it.
   */
  beginLarge(
    flags: number,
    stream: number,
    length: number,
  ): PayloadTarget | undefined;
  /** Called when all `length` bytes of the payload of that frame are there. */
  endLarge(length: number): void;
  /** Called after the frames of each read, even if one of them has thrown. */
  endRead(): void;
}

/** Size of the buffer of a quiet socket: thousands of them cost little. */
const QUIET_BYTES = 16_384;
/** Size of the buffer of a busy one: a few of the largest frames a read. */
const BUSY_BYTES = 262_144;

/**
 * Payload bytes of the largest frame that is always gathered in that buffer. A
 * larger one is read straight to where it goes, unless it is all there already.
 */
const LARGE_BYTES = 65_536;
/** What is read behind one of those: the next may be another. */
const BEHIND_BYTES = 4096;

/** The most bytes of a foreign protocol that an error shows. */
const SHOWN_BYTES = 32;

/** Returns the first line of `bytes` as a text that is safe to print. */
function printed(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, SHOWN_BYTES));
  const line = start.replace(/(?<=[^\r\n])[\r\n].*$/s, "");
  return JSON.stringify(line).replaceAll(
    /[^\x20-\x7e]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** Returns the stream of the frame that starts at `at`. */
function streamAt(buffer: Uint8Array, at: number): number {
  // Each index is below the end of what has arrived.
  return (buffer[at + 4]! << 24 | buffer[at + 5]! << 16 |
    buffer[at + 6]! << 8 | buffer[at + 7]!) >>> 0;
}

/** The reader of one socket. */
export class FrameReader {
  readonly #maxFrameBytes: number;
  #buffer: Uint8Array = new Uint8Array(QUIET_BYTES);
  /** Where the next frame starts. */
  #start = 0;
  /** Where the bytes that have arrived end. */
  #end = 0;
  #prefaceSeen = false;
  /** Payload bytes of the large frame that is arriving; 0 if none is. */
  #large = 0;
  /** Those of them that are missing. */
  #missing = 0;
  #target: PayloadTarget | undefined;
  /** Whether `space` has returned where the target wants them. */
  #isDirect = false;
  /** Whether the last frame was a large one. */
  #isBehind = false;
  /** 64 KiB of large frames that have arrived: progress like that of frames. */
  pieces = 0;

  /** A reader that accepts payloads of up to `maxFrameBytes`. */
  constructor(maxFrameBytes: number = MAX_FRAME_BYTES) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Whether a frame, or the preface, has arrived in part. */
  get incomplete(): boolean {
    return this.#start < this.#end || this.#missing > 0;
  }

  /** Whether the preface has arrived. */
  get prefaceSeen(): boolean {
    return this.#prefaceSeen;
  }

  /** Returns where the socket must read into; valid until `advance`. */
  space(): Uint8Array {
    if (this.#missing > 0) return this.#largeSpace();
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (this.#isBehind && this.#end === 0) {
      return this.#buffer.subarray(0, BEHIND_BYTES);
    }
    return this.#end === 0 ? this.#buffer : this.#buffer.subarray(this.#end);
  }

  /**
   * Takes `count` bytes that have arrived in `space()`, and gives `sink` the
   * frames that are whole now, including those of unknown types.
   *
   * @throws {ProtocolError} on a wrong preface, or a length over the limit;
   * the socket is of no use after that.
   */
  advance(count: number, sink: FrameSink): void {
    if (this.#missing > 0) return this.#advanceLarge(count, sink);
    this.#isBehind = false;
    this.#end += count;
    if (!this.#prefaceSeen && !this.#readPreface()) return;
    const full = this.#end === this.#buffer.length;
    const needed = this.#readFrames(sink);
    if (this.#missing > 0) return;
    if (full || needed > this.#buffer.length - this.#start) {
      // A short read that ends where the buffer ends is no sign of more.
      const busy = full && count >= QUIET_BYTES / 2;
      this.#makeRoom(busy ? Math.max(needed, BUSY_BYTES) : needed);
    }
  }

  /**
   * Called when no read of the socket is pending, and none will be: nothing
   * more goes where the payload of a large frame belongs. Safe to call twice.
   */
  release(): void {
    this.#target?.lost();
    this.#target = undefined;
  }

  /**
   * Called when no more bytes will come.
   *
   * @throws {TruncatedError} in the middle of a frame or before the preface.
   */
  end(): void {
    if (!this.#prefaceSeen || this.incomplete) {
      throw new TruncatedError(
        this.#prefaceSeen
          ? "The peer closed the socket in the middle of a frame"
          : "The peer closed the socket before its preface: is it a Troupe peer?",
      );
    }
  }

  #readPreface(): boolean {
    const count = Math.min(PREFACE.length, this.#end);
    for (let i = 0; i < count; i++) {
      if (this.#buffer[i] !== PREFACE[i]) {
        // A TLS handshake or alert.
        const isTls = i === 0 &&
          (this.#buffer[0] === 22 || this.#buffer[0] === 21);
        throw new ProtocolError(
          isTls
            ? "The peer speaks TLS, and this side does not: give the option tls"
            : `The peer does not speak this protocol, it begins with ${
              printed(this.#buffer.subarray(0, this.#end))
            }: is it a Troupe peer?`,
        );
      }
    }
    if (count < PREFACE.length) return false;
    this.#prefaceSeen = true;
    this.#start = PREFACE.length;
    return true;
  }

  /** Returns how many bytes the frame that is not whole yet needs. */
  #readFrames(sink: FrameSink): number {
    try {
      return this.#readWhole(sink);
    } finally {
      sink.endRead();
    }
  }

  #readWhole(sink: FrameSink): number {
    const buffer = this.#buffer;
    while (this.#end - this.#start >= HEADER_BYTES) {
      const at = this.#start;
      // Each index is below `end`, which is within the buffer.
      const length = buffer[at]! << 16 | buffer[at + 1]! << 8 | buffer[at + 2]!;
      const type = buffer[at + 3]! >> 4;
      const needed = HEADER_BYTES + length;
      if (this.#end - at < needed) {
        this.#checkLength(type, length);
        if (length <= LARGE_BYTES) return needed;
        this.#beginLarge(sink, length);
        return HEADER_BYTES;
      }
      const stream = streamAt(buffer, at);
      this.#checkLength(type, length);
      this.#start = at + needed;
      sink.frame(
        type,
        buffer[at + 3]! & 15,
        stream,
        buffer,
        at + HEADER_BYTES,
        at + needed,
      );
    }
    return HEADER_BYTES;
  }

  /** Takes what is there of the large frame that is next. */
  #beginLarge(sink: FrameSink, length: number): void {
    const buffer = this.#buffer;
    const at = this.#start;
    const flags = buffer[at + 3]! & 15;
    const target = sink.beginLarge(flags, streamAt(buffer, at), length);
    this.#target = target;
    this.#large = this.#missing = length;
    let from = at + HEADER_BYTES;
    while (from < this.#end) {
      const space = target?.space();
      const count = Math.min(this.#end - from, space?.length ?? Infinity);
      space?.set(buffer.subarray(from, from + count));
      if (space !== undefined) target?.advance(count);
      this.#count(count);
      from += count;
    }
    this.#start = this.#end;
  }

  #largeSpace(): Uint8Array {
    const space = this.#target?.space();
    this.#isDirect = space !== undefined;
    return (space ?? this.#buffer).subarray(0, this.#missing);
  }

  #advanceLarge(count: number, sink: FrameSink): void {
    if (this.#isDirect) this.#target?.advance(count);
    this.#count(count);
    if (this.#missing > 0) return;
    this.#target = undefined;
    this.#isBehind = true;
    sink.endLarge(this.#large);
  }

  /** Counts bytes of the large frame. */
  #count(bytes: number): void {
    const before = this.#large - this.#missing;
    this.#missing -= bytes;
    this.pieces += Math.floor((before + bytes) / LARGE_BYTES) -
      Math.floor(before / LARGE_BYTES);
  }

  #checkLength(type: number, length: number): void {
    const limit = type === FrameType.DATA
      ? this.#maxFrameBytes
      : MAX_CONTROL_BYTES;
    if (length > limit) {
      throw new ProtocolError(
        `The peer announces a frame of type ${type} with ${length} bytes, ${limit} are allowed`,
        ErrorCode.FRAME_TOO_LARGE,
      );
    }
  }

  /** Moves what is left to the front of a buffer of at least `bytes`. */
  #makeRoom(bytes: number): void {
    const rest = this.#buffer.subarray(this.#start, this.#end);
    if (bytes > this.#buffer.length) {
      this.#buffer = new Uint8Array(Math.max(bytes, BUSY_BYTES));
    }
    this.#buffer.set(rest);
    this.#start = 0;
    this.#end = rest.length;
  }
}
