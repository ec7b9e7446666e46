/**
 * Cuts the bytes of a socket into chunks, the same chunks however the bytes
 * arrive. It owns the buffer that the socket reads into, and checks a header
 * as soon as it is there: no length in it is a reason to reserve more than
 * one chunk takes.
 *
 * @module
 */
import { ErrorCode, ProtocolError, TruncatedError } from "../session/mod.ts";
import {
  HEADER_BYTES,
  ID_BYTES,
  MAX_CHUNK_BYTES,
  MAX_MESSAGE_BYTES,
  normalizeId,
} from "./protocol.ts";

/** A chunk of a message. */
export interface Chunk {
  /** The id that its message belongs to; a UUID in lower case. */
  readonly id: string;
  /** Bytes of the whole message, as this chunk says. */
  readonly totalBytes: number;
  /** The data; valid only during the call of the sink. */
  readonly data: Uint8Array;
}

/** Takes chunks, one call each. */
export type ChunkSink = (chunk: Chunk) => void;

/** Buffer of a quiet socket, so that thousands of them cost little. */
const QUIET_BYTES = 4096;
/** Buffer of a busy one: some of the largest chunks a read. */
const BUSY_BYTES = 262_144;

const decoder = new TextDecoder("latin1");

/** The fields of a header. */
interface Header {
  readonly id: string;
  readonly totalBytes: number;
  readonly chunkBytes: number;
}

/** The reader of one socket. */
export class ChunkReader {
  #buffer: Uint8Array = new Uint8Array(QUIET_BYTES);
  /** Where the next chunk starts. */
  #start = 0;
  /** Where the bytes that have arrived end. */
  #end = 0;
  /** The header of the chunk that has started, once it is whole. */
  #header: Header | undefined;
  #lastReadBytes = 0;

  /** Returns the space that the socket reads into; valid until `advance`. */
  space(): Uint8Array {
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
      // A socket that has become quiet gives the large buffer back.
      if (this.#lastReadBytes < QUIET_BYTES / 2) this.#resize(QUIET_BYTES);
    }
    return this.#buffer.subarray(this.#end);
  }

  /**
   * Takes `count` bytes that have arrived in `space()`, and gives `sink` the
   * chunks that are whole now.
   *
   * @throws {ProtocolError} for an id that is not a UUID, or a length over the
   * limits; the socket cannot be used after that.
   */
  advance(count: number, sink: ChunkSink): void {
    this.#end += count;
    this.#lastReadBytes = count;
    const full = this.#end === this.#buffer.length;
    const needed = this.#readChunks(sink);
    if (full || needed > this.#buffer.length - this.#start) {
      const busy = full && count >= QUIET_BYTES / 2;
      this.#resize(Math.max(needed, busy ? BUSY_BYTES : this.#buffer.length));
    }
  }

  /**
   * Ends the input: no more bytes will come.
   *
   * @throws {TruncatedError} in the middle of a chunk.
   */
  end(): void {
    if (this.#start < this.#end) {
      throw new TruncatedError(
        "The peer closed the socket in the middle of a chunk",
      );
    }
  }

  /** Returns how many bytes the chunk that is not whole yet needs. */
  #readChunks(sink: ChunkSink): number {
    while (true) {
      const arrived = this.#end - this.#start;
      if (arrived > 0) checkIdLength(this.#buffer[this.#start]);
      if (arrived < HEADER_BYTES) return HEADER_BYTES;
      const header = this.#header ??= readHeader(
        this.#buffer.subarray(this.#start, this.#start + HEADER_BYTES),
      );
      const { id, totalBytes, chunkBytes } = header;
      const needed = HEADER_BYTES + chunkBytes;
      if (arrived < needed) return needed;
      const data = this.#buffer.subarray(
        this.#start + HEADER_BYTES,
        this.#start + needed,
      );
      this.#start += needed;
      this.#header = undefined;
      sink({ id, totalBytes, data });
    }
  }

  /** Moves what is left to the front of a buffer of `bytes`. */
  #resize(bytes: number): void {
    const rest = this.#buffer.subarray(this.#start, this.#end);
    if (bytes !== this.#buffer.length) this.#buffer = new Uint8Array(bytes);
    this.#buffer.set(rest);
    this.#start = 0;
    this.#end = rest.length;
  }
}

function checkIdLength(length: number | undefined): void {
  if (length === ID_BYTES) return;
  throw new ProtocolError(
    `The peer sends an id of ${length} bytes, not ${ID_BYTES}, does it speak tcp-conn?`,
  );
}

/** Reads a header whose length of the id was checked. */
function readHeader(bytes: Uint8Array): Header {
  const id = normalizeId(decoder.decode(bytes.subarray(1, 1 + ID_BYTES)));
  if (id === undefined) {
    throw new ProtocolError(
      "The peer sends an id that is not a UUID, does it speak tcp-conn?",
    );
  }
  const fields = new DataView(bytes.buffer, bytes.byteOffset);
  const totalBytes = fields.getUint32(1 + ID_BYTES);
  const chunkBytes = fields.getUint32(1 + ID_BYTES + 4);
  if (totalBytes > MAX_MESSAGE_BYTES) {
    throw new ProtocolError(
      `The peer announces a message of ${totalBytes} bytes, ${MAX_MESSAGE_BYTES} are allowed`,
      ErrorCode.MESSAGE_TOO_LARGE,
    );
  }
  const most = Math.min(MAX_CHUNK_BYTES, totalBytes);
  if (chunkBytes > most) {
    throw new ProtocolError(
      `The peer announces a chunk of ${chunkBytes} bytes, ${most} are allowed here`,
      ErrorCode.FRAME_TOO_LARGE,
    );
  }
  if (chunkBytes === 0 && totalBytes > 0) {
    throw new ProtocolError("The peer sends a chunk with nothing in it");
  }
  return { id, totalBytes, chunkBytes };
}
