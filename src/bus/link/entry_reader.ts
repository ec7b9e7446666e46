/**
 * Reads the entries of a block that a peer has sent. Whatever is in it, nothing
 * is read past its end.
 *
 * @module
 */
import { ProtocolError } from "../../session/mod.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A place in a block of entries. */
export class EntryReader {
  readonly #bytes: Uint8Array;
  #offset = 0;
  /** Where the entry begins whose type was read last. */
  #entry = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether there is another entry. */
  get hasMore(): boolean {
    return this.#offset < this.#bytes.length;
  }

  /**
   * Reads the type of the next entry.
   *
   * @throws {ProtocolError} past the end.
   */
  type(): number {
    this.#entry = this.#offset;
    return this.byte();
  }

  /**
   * Reads one byte.
   *
   * @throws {ProtocolError} past the end.
   */
  byte(): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw tooShort();
    this.#offset++;
    return byte;
  }

  /**
   * Reads a number: seven bits a byte, the lowest first.
   *
   * @throws {ProtocolError} past the end, and above 2⁵³ − 1.
   */
  number(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let factor = 0x80;
    for (let count = 1; count < 8; count++) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value <= Number.MAX_SAFE_INTEGER) return value;
        break;
      }
      factor *= 0x80;
    }
    throw new ProtocolError("A number of the bus is too large");
  }

  /**
   * Reads bytes, of which there is a count first; they are a view of the block.
   *
   * @throws {ProtocolError} past the end.
   */
  bytes(): Uint8Array {
    const length = this.number();
    const start = this.#offset;
    const end = start + length;
    if (end > this.#bytes.length) throw tooShort();
    this.#offset = end;
    return this.#bytes.subarray(start, end);
  }

  /**
   * Reads bytes whose buffer is of nobody else: those of an entry that has come
   * alone, as most requests do, or a copy. Whoever gets them may transfer it.
   *
   * @throws {ProtocolError} past the end.
   */
  ownBytes(): Uint8Array {
    const view = this.bytes();
    const isAlone = this.#entry === 0 && !this.hasMore &&
      this.#bytes.length === view.buffer.byteLength;
    return isAlone ? view : view.slice();
  }

  /**
   * Reads text, of which there is the count of bytes first.
   *
   * @throws {ProtocolError} past the end, above `maxBytes`, and for what is no
   * UTF-8.
   */
  text(maxBytes: number): string {
    const bytes = this.bytes();
    if (bytes.length > maxBytes) {
      throw new ProtocolError(
        `A text of the bus has ${bytes.length} bytes, more than ${maxBytes}`,
      );
    }
    try {
      return decoder.decode(bytes);
    } catch {
      throw new ProtocolError("A text of the bus is no UTF-8");
    }
  }
}

function tooShort(): ProtocolError {
  return new ProtocolError("A block of the bus ends in an entry");
}

/** Returns the error for an entry that its receiver does not know. */
export function unknownEntry(type: number): ProtocolError {
  return new ProtocolError(`The bus has no entry of type ${type} here`);
}
