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

/** `text` in UTF-8, cut between two characters if it is over `maxBytes`. */
export function encodeText(text: string, maxBytes: number): Uint8Array {
  const bytes = new Uint8Array(maxBytes);
  return bytes.subarray(0, encoder.encodeInto(text, bytes).written);
}

/** Writes one frame, field by field. */
export class FieldWriter {
  readonly #name: string;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  #at = 1;

  /** A frame of a type, with `size` bytes of fields. */
  constructor(name: string, type: number, size: number) {
    this.#name = name;
    this.#bytes = new Uint8Array(1 + size);
    this.#bytes[0] = type;
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** One byte, which the caller knows to be in range. */
  uint8(value: number): this {
    this.#view.setUint8(this.#at++, value);
    return this;
  }

  /** Two bytes. */
  uint16(field: string, value: number, min: number, max: number): this {
    this.#check(field, value, min, max);
    this.#view.setUint16(this.#at, value);
    this.#at += 2;
    return this;
  }

  /** Four bytes. */
  uint32(field: string, value: number, min = 0): this {
    this.#check(field, value, min, MAX_UINT32);
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
    return this;
  }

  /** Eight bytes, of which 53 bits are used. */
  uint64(field: string, value: number, min = 0): this {
    this.#check(field, value, min, Number.MAX_SAFE_INTEGER);
    this.#view.setUint32(this.#at, Math.floor(value / 2 ** 32));
    this.#view.setUint32(this.#at + 4, value);
    this.#at += 8;
    return this;
  }

  /** Bytes, the last field. */
  rest(bytes: Uint8Array, min: number, max: number): this {
    this.#check("size", bytes.length, min, max);
    this.#bytes.set(bytes, this.#at);
    return this;
  }

  /** The whole frame. */
  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  #check(field: string, value: number, min: number, max: number): void {
    if (Number.isInteger(value) && value >= min && value <= max) return;
    throw new RangeError(
      `Cannot encode ${this.#name}: ${field} is ${value}, it must be a whole number from ${min} to ${max}`,
    );
  }
}

/** Reads one frame, field by field; never beyond its end. */
export class FieldReader {
  readonly #name: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 1;

  /** Begins after the type. */
  constructor(name: string, bytes: Uint8Array) {
    this.#name = name;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** One byte. */
  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** Two bytes. */
  uint16(field: string, min: number, max: number): number {
    return this.#check(field, this.#view.getUint16(this.#take(2)), min, max);
  }

  /** Four bytes. */
  uint32(field: string, min = 0): number {
    const value = this.#view.getUint32(this.#take(4));
    return this.#check(field, value, min, MAX_UINT32);
  }

  /** Eight bytes, of which 53 bits may be used. */
  uint64(field: string, min = 0): number {
    const at = this.#take(8);
    const value = this.#view.getUint32(at) * 2 ** 32 +
      this.#view.getUint32(at + 4);
    return this.#check(field, value, min, Number.MAX_SAFE_INTEGER);
  }

  /** All that is left, as a view. */
  rest(min: number, max: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at);
    this.#check("size", bytes.length, min, max);
    this.#at = this.#bytes.length;
    return bytes;
  }

  /** All that is left, as text. */
  text(max: number): string {
    const bytes = this.rest(0, max);
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new TerminalProtocolError(
        `Cannot decode ${this.#name}: its text is not UTF-8`,
        { cause },
      );
    }
  }

  /** Checks that nothing is left, and hands `value` on. */
  end<T>(value: T): T {
    if (this.#at === this.#bytes.length) return value;
    return this.fail(`${this.#bytes.length - this.#at} bytes are too many`);
  }

  /** Refuses the frame. */
  fail(reason: string): never {
    throw new TerminalProtocolError(`Cannot decode ${this.#name}: ${reason}`);
  }

  #take(size: number): number {
    const at = this.#at;
    this.#at += size;
    return this.#at <= this.#bytes.length ? at : this.fail("it is too short");
  }

  #check(field: string, value: number, min: number, max: number): number {
    if (value >= min && value <= max) return value;
    return this.fail(`${field} is ${value}, it must be from ${min} to ${max}`);
  }
}
