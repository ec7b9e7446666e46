/**
 * The fields of one frame: big-endian numbers, then text or bytes.
 *
 * @module
 */
import { TerminalProtocolError } from "./protocol.ts";

const MAX_UINT32 = 0xffff_ffff;
const encoder = new TextEncoder();
// Fatal and with its BOM, so that what is decoded encodes to the same bytes.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Returns `text` in UTF-8, cut between two characters after `maxBytes`. */
export function encodeText(text: string, maxBytes: number): Uint8Array {
  const bytes = new Uint8Array(maxBytes);
  return bytes.subarray(0, encoder.encodeInto(text, bytes).written);
}

/** Writes one frame field by field. */
export class FieldWriter {
  readonly #name: string;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #at = 1;

  /** Starts a frame of a type, with `size` bytes of fields or in given bytes. */
  constructor(
    name: string,
    type: number,
    size: number | Uint8Array<ArrayBuffer>,
  ) {
    this.#name = name;
    this.#bytes = typeof size === "number" ? new Uint8Array(1 + size) : size;
    this.#bytes[0] = type;
  }

  /** Writes one byte, which the caller knows to be in range. */
  uint8(value: number): this {
    return this.#put(value, 1);
  }

  /** Writes two bytes. */
  uint16(field: string, value: number, min: number, max: number): this {
    this.#check(field, value, min, max);
    return this.#put(value, 2);
  }

  /** Writes four bytes. */
  uint32(field: string, value: number, min = 0): this {
    this.#check(field, value, min, MAX_UINT32);
    return this.#put(value, 4);
  }

  /** Writes eight bytes, of which 53 bits are used. */
  uint64(field: string, value: number, min = 0): this {
    this.#check(field, value, min, Number.MAX_SAFE_INTEGER);
    return this.#put(Math.floor(value / 2 ** 32), 4).#put(value, 4);
  }

  /** Writes text after one byte with its length in UTF-8. */
  shortText(field: string, text: Uint8Array, max: number): this {
    this.#check(field, text.length, 0, max);
    this.#put(text.length, 1);
    this.#bytes.set(text, this.#at);
    this.#at += text.length;
    return this;
  }

  /** Writes bytes as the last field. */
  rest(bytes: Uint8Array, min: number, max: number): this {
    this.#check("size", bytes.length, min, max);
    this.#bytes.set(bytes, this.#at);
    return this;
  }

  /** Returns the whole frame. */
  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** A `DataView` for each frame would cost more than everything else. */
  #put(value: number, size: number): this {
    for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) {
      this.#bytes[this.#at++] = value >>> shift;
    }
    return this;
  }

  #check(field: string, value: number, min: number, max: number): void {
    if (Number.isInteger(value) && value >= min && value <= max) return;
    throw new RangeError(
      `Cannot encode ${this.#name}: ${field} is ${value}, it must be a whole number from ${min} to ${max}`,
    );
  }
}

/** Reads one frame field by field, and never beyond its end. */
export class FieldReader {
  readonly #name: string;
  readonly #bytes: Uint8Array;
  #at = 1;

  /** Starts after the type. */
  constructor(name: string, bytes: Uint8Array) {
    this.#name = name;
    this.#bytes = bytes;
  }

  /** Reads one byte. */
  uint8(): number {
    return this.#take(1);
  }

  /** Reads two bytes. */
  uint16(field: string, min: number, max: number): number {
    return this.#check(field, this.#take(2), min, max);
  }

  /** Reads four bytes. */
  uint32(field: string, min = 0): number {
    return this.#check(field, this.#take(4), min, MAX_UINT32);
  }

  /** Reads eight bytes, of which 53 bits may be used. */
  uint64(field: string, min = 0): number {
    const value = this.#take(4) * 2 ** 32 + this.#take(4);
    return this.#check(field, value, min, Number.MAX_SAFE_INTEGER);
  }

  /** Reads text after one byte with its length. */
  shortText(field: string, max: number): string {
    const size = this.#check(field, this.#take(1), 0, max);
    const end = this.#at + size;
    if (end > this.#bytes.length) this.fail("it is too short");
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return this.#decode(bytes);
  }

  /** Reads all that is left, as a view. */
  rest(min: number, max: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at);
    this.#check("size", bytes.length, min, max);
    this.#at = this.#bytes.length;
    return bytes;
  }

  /** Reads all that is left, as text. */
  text(max: number, min = 0): string {
    return this.#decode(this.rest(min, max));
  }

  #decode(bytes: Uint8Array): string {
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new TerminalProtocolError(
        `Cannot decode ${this.#name}: its text is not UTF-8`,
        { cause },
      );
    }
  }

  /** Checks that nothing is left, and returns `value`. */
  end<T>(value: T): T {
    if (this.#at === this.#bytes.length) return value;
    return this.fail(
      `it is too long (bytes left: ${this.#bytes.length - this.#at})`,
    );
  }

  /** Throws the error for a malformed frame. */
  fail(reason: string): never {
    throw new TerminalProtocolError(`Cannot decode ${this.#name}: ${reason}`);
  }

  #take(size: number): number {
    let value = 0;
    for (const end = this.#at + size; this.#at < end; this.#at++) {
      const byte = this.#bytes[this.#at] ?? this.fail("it is too short");
      value = value * 256 + byte;
    }
    return value;
  }

  #check(field: string, value: number, min: number, max: number): number {
    if (value >= min && value <= max) return value;
    return this.fail(`${field} is ${value}, it must be from ${min} to ${max}`);
  }
}
