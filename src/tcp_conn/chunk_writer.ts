/**
 * Chunks on their way to the socket: encoded side by side, so that small
 * messages of one turn leave in one write.
 *
 * @module
 */
import { HEADER_BYTES, ID_BYTES, MAX_CHUNK_BYTES } from "./protocol.ts";

/** The buffer of a quiet socket. */
const QUIET_BYTES = 1024;
/** Encoded bytes that may wait for the socket before a chunk is added. */
const MAX_WAITING_BYTES = 131_072;

const encoder = new TextEncoder();

/** The writer of one socket. */
export class ChunkWriter {
  #buffer: Uint8Array = new Uint8Array(QUIET_BYTES);
  #spare: Uint8Array = new Uint8Array(0);
  /** Encoded bytes that wait. */
  length = 0;

  /** Whether one more chunk may be added. */
  get hasRoom(): boolean {
    return this.length < MAX_WAITING_BYTES;
  }

  /**
   * Adds the chunk of `message` that starts at `offset`, and returns where the
   * next one starts. An empty message has one chunk, which is empty.
   */
  add(id: string, message: Uint8Array, offset: number): number {
    const end = Math.min(offset + MAX_CHUNK_BYTES, message.length);
    this.#reserve(HEADER_BYTES + end - offset);
    const header = this.#buffer.subarray(this.length);
    header[0] = ID_BYTES;
    encoder.encodeInto(id, header.subarray(1));
    const fields = new DataView(header.buffer, header.byteOffset);
    fields.setUint32(1 + ID_BYTES, message.length);
    fields.setUint32(1 + ID_BYTES + 4, end - offset);
    header.set(message.subarray(offset, end), HEADER_BYTES);
    this.length += HEADER_BYTES + end - offset;
    return end;
  }

  /** Takes all that waits; valid until the next call. */
  take(): Uint8Array {
    const taken = this.#buffer.subarray(0, this.length);
    // Large ones are for busy sockets: a quiet one gives them back.
    const keep = this.#spare.length >= QUIET_BYTES &&
      this.#spare.length <= Math.max(QUIET_BYTES, 4 * this.length);
    const next = keep ? this.#spare : new Uint8Array(QUIET_BYTES);
    this.#spare = this.#buffer;
    this.#buffer = next;
    this.length = 0;
    return taken;
  }

  #reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.length));
    this.#buffer = larger;
  }
}
