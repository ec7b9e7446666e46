/**
 * Gathers the pieces of a put into parts, of which each can be sent again.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { PutSource } from "../put_source.ts";

/** Some bytes of an object. */
export interface Part {
  /** From 0. */
  readonly index: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the bytes, as hexadecimal digits. */
  readonly sha256: string;
  /** Whether no other follows. */
  readonly isLast: boolean;
}

/** The bytes that room is made for when nobody knows how many will come. */
const FIRST_BYTES = 2 ** 16;

/** The parts of one put, one after another. */
export class PartReader {
  readonly #source: PutSource;
  readonly #partBytes: number;
  #ahead: Uint8Array<ArrayBuffer> | null | undefined;
  #index = 0;

  constructor(source: PutSource, partBytes: number) {
    this.#source = source;
    this.#partBytes = partBytes;
  }

  /** Returns the next part; there is one even if the object has no bytes. */
  async next(): Promise<Part> {
    const expected = this.#source.expectedBytes;
    const buffer = new PartBuffer(
      this.#partBytes,
      expected === undefined
        ? FIRST_BYTES
        : expected - this.#index * this.#partBytes,
    );
    const hash = createHash("sha256");
    let piece = this.#ahead === undefined
      ? await this.#source.next(this.#partBytes)
      : this.#ahead;
    while (piece !== null) {
      const taken = piece.subarray(0, buffer.room);
      buffer.add(taken);
      hash.update(taken);
      piece = taken.length < piece.length
        ? piece.subarray(taken.length)
        : await this.#source.next(this.#partBytes);
      if (buffer.room === 0) break;
    }
    this.#ahead = piece;
    return {
      index: this.#index++,
      bytes: buffer.bytes,
      sha256: hash.digest("hex"),
      isLast: piece === null,
    };
  }
}

/** One part that grows. Pieces that lie side by side in memory are not copied. */
class PartBuffer {
  readonly #maxBytes: number;
  readonly #firstBytes: number;
  #buffer: Uint8Array<ArrayBuffer> | undefined;
  #filled: Uint8Array<ArrayBuffer> = new Uint8Array();

  constructor(maxBytes: number, expectedBytes: number) {
    this.#maxBytes = maxBytes;
    this.#firstBytes = Math.max(1, Math.min(maxBytes, expectedBytes));
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#filled;
  }

  get room(): number {
    return this.#maxBytes - this.#filled.length;
  }

  add(piece: Uint8Array<ArrayBuffer>): void {
    const filled = this.#filled;
    const length = filled.length + piece.length;
    if (filled.length === 0) {
      this.#filled = piece;
      return;
    }
    const isNext = piece.buffer === filled.buffer &&
      piece.byteOffset === filled.byteOffset + filled.length;
    if (isNext && this.#buffer === undefined) {
      this.#filled = new Uint8Array(filled.buffer, filled.byteOffset, length);
      return;
    }
    let buffer = this.#buffer;
    if (buffer === undefined || length > buffer.length) {
      const twice = Math.max(length, filled.length * 2, this.#firstBytes);
      buffer = new Uint8Array(Math.min(twice, this.#maxBytes));
      buffer.set(filled);
      this.#buffer = buffer;
    }
    buffer.set(piece, filled.length);
    this.#filled = buffer.subarray(0, length);
  }
}
