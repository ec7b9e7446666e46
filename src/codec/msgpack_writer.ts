// Writes MessagePack, and checks the value in the same pass: walking an object
// twice would cost as much as writing it.

import { CodecError, type CodecLimits } from "./codec_contract.ts";
import {
  CLASS_INSTANCE,
  isPlainObject,
  prepend,
  PROTO_KEY,
  tooDeep,
  tooLong,
  tooMany,
  wrongType,
} from "./plain_data.ts";
import { type Placement, Slab } from "./slab.ts";

/** What is kept from one message to the next, at most. */
const KEPT_BYTES = 65_536;
/** Up to here a loop over the characters is faster than a call of the platform. */
const SHORT_CHARS = 64;
/** From here a string's size is not guessed: the guess is three times too large. */
const LONG_CHARS = 4_096;

const MIN_BIGINT = -(2n ** 63n);
const END_BIGINT = 2n ** 64n;

const utf8 = new TextEncoder();
const eight = new DataView(new ArrayBuffer(8));
const eightBytes = new Uint8Array(eight.buffer);

/**
 * Encodes a value as MessagePack, every integer up to 32 bits and every length
 * in its shortest form.
 *
 * @throws {CodecError} if the value is not plain data, or not within `limits`.
 */
export function writeMsgpack(
  value: unknown,
  limits: CodecLimits,
  placement: Placement,
): Uint8Array {
  // A getter of the value may encode another value meanwhile.
  const writer = spare ?? new Writer();
  spare = undefined;
  try {
    return writer.write(value, limits, placement);
  } finally {
    if (!writer.isLarge) spare = writer;
  }
}

/** The writer that nobody uses. */
let spare: Writer | undefined;

class Writer {
  readonly #slab = new Slab();
  /** The bytes of the slab. */
  #bytes = this.#slab.bytes;
  #at = 0;
  /** Where the message exceeds `maxBytes`. */
  #end = 0;
  #valuesLeft = 0;
  #limits: CodecLimits = { maxBytes: 0, maxDepth: 0, maxValues: 0 };

  /** Whether it has grown so much that it is not used again. */
  get isLarge(): boolean {
    return this.#bytes.length > KEPT_BYTES;
  }

  write(
    value: unknown,
    limits: CodecLimits,
    { headBytes, isShared }: Placement,
  ): Uint8Array {
    this.#limits = limits;
    this.#valuesLeft = limits.maxValues;
    this.#at = this.#slab.start;
    this.#reserve(headBytes);
    this.#at += headBytes;
    this.#end = this.#at + limits.maxBytes;
    const fault = this.#value(value, 0);
    if (fault !== undefined) {
      throw new CodecError(`Cannot encode msgpack: value${fault}`);
    }
    // A large buffer that is nearly full is handed out and not copied.
    return isShared || (this.isLarge && this.#at >= this.#bytes.length * 0.75)
      ? this.#slab.cut(this.#at)
      : this.#slab.copy(this.#at);
  }

  /** Writes a value; returns where and why that is impossible, if it is. */
  #value(value: unknown, depth: number): string | undefined {
    if (--this.#valuesLeft < 0) return tooMany(this.#limits.maxValues);
    if (this.#at > this.#end) return tooLong(this.#limits.maxBytes);
    switch (typeof value) {
      case "string":
        return this.#string(value);
      case "number":
        return this.#number(value);
      case "boolean":
        return this.#byte(value ? 0xc3 : 0xc2);
      case "object":
        break;
      case "bigint":
        return this.#bigint(value);
      default:
        return wrongType(value);
    }
    if (value === null) return this.#byte(0xc0);
    if (Array.isArray(value)) return this.#array(value, depth);
    if (isPlainObject(value)) return this.#object(value, depth);
    if (value instanceof Uint8Array) return this.#binary(value);
    return CLASS_INSTANCE;
  }

  #array(items: readonly unknown[], depth: number): string | undefined {
    const { maxDepth } = this.#limits;
    if (depth === maxDepth) return tooDeep(maxDepth);
    const { length } = items;
    this.#containerHead(length, 0x90, 0xdc);
    for (let i = 0; i < length; i++) {
      const fault = this.#value(items[i], depth + 1);
      if (fault !== undefined) return prepend(`[${i}]`, fault);
    }
    return undefined;
  }

  #object(
    object: Readonly<Record<string, unknown>>,
    depth: number,
  ): string | undefined {
    const { maxDepth, maxValues } = this.#limits;
    if (depth === maxDepth) return tooDeep(maxDepth);
    // The length is written when it is known: to count the keys before would
    // cost as much as a small object.
    const head = this.#at - this.#slab.start;
    this.#byte(0x80);
    let length = 0;
    for (const key in object) {
      if (!Object.hasOwn(object, key)) continue;
      if (key === "__proto__") return PROTO_KEY;
      if (--this.#valuesLeft < 0) return tooMany(maxValues);
      const fault = this.#string(key) ?? this.#value(object[key], depth + 1);
      if (fault !== undefined) return prepend(`.${key}`, fault);
      length++;
    }
    if (length < 0x10) this.#bytes[this.#slab.start + head] = 0x80 | length;
    else this.#widenHead(head, length);
    return undefined;
  }

  /**
   * Makes room for the length of a map whose head has one byte.
   *
   * @param head Where that byte is, from the start of the message.
   */
  #widenHead(head: number, length: number): void {
    const more = length < 0x10000 ? 2 : 4;
    this.#reserve(more);
    const at = this.#slab.start + head;
    const end = this.#at;
    this.#bytes.copyWithin(at + 1 + more, at + 1, end);
    this.#at = at;
    this.#wide(length, 0xde);
    this.#at = end + more;
  }

  #byte(byte: number): undefined {
    this.#reserve(1);
    this.#bytes[this.#at++] = byte;
  }

  #number(value: number): undefined {
    this.#reserve(9);
    const bytes = this.#bytes;
    const at = this.#at;
    if ((value >>> 0) === value) {
      if (value < 0x80) {
        bytes[at] = value;
        this.#at = at + 1;
      } else {
        this.#unsigned(value, 0xcc);
      }
    } else if ((value | 0) === value) {
      if (value >= -0x20) {
        bytes[at] = value;
        this.#at = at + 1;
      } else if (value >= -0x80) {
        bytes[at] = 0xd0;
        bytes[at + 1] = value;
        this.#at = at + 2;
      } else if (value >= -0x8000) {
        bytes[at] = 0xd1;
        bytes[at + 1] = value >> 8;
        bytes[at + 2] = value;
        this.#at = at + 3;
      } else {
        bytes[at] = 0xd2;
        this.#at = at + 1;
        this.#four(value);
      }
    } else {
      bytes[at] = 0xcb;
      this.#at = at + 1;
      eight.setFloat64(0, value);
      this.#eight();
    }
  }

  #bigint(value: bigint): string | undefined {
    if (value < MIN_BIGINT || value >= END_BIGINT) {
      return " is a bigint of more than 64 bits";
    }
    this.#reserve(9);
    this.#bytes[this.#at++] = value < 0n ? 0xd3 : 0xcf;
    eight.setBigInt64(0, value);
    this.#eight();
    return undefined;
  }

  #string(text: string): string | undefined {
    const { length } = text;
    if (this.#at + length > this.#end) return tooLong(this.#limits.maxBytes);
    if (length > SHORT_CHARS) return this.#longString(text);
    this.#reserve(2 + length);
    const bytes = this.#bytes;
    let at = this.#at + (length < 0x20 ? 1 : 2);
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.#longString(text);
      bytes[at++] = code;
    }
    this.#stringHead(length);
    this.#at = at;
    return undefined;
  }

  #longString(text: string): undefined {
    if (text.length >= LONG_CHARS) {
      const encoded = utf8.encode(text);
      this.#reserve(5 + encoded.length);
      this.#stringHead(encoded.length);
      this.#bytes.set(encoded, this.#at);
      this.#at += encoded.length;
      return;
    }
    this.#reserve(5 + text.length * 3);
    const bytes = this.#bytes;
    // Where the text is if it has as many bytes as characters.
    const guess = this.#at + stringHeadBytes(text.length);
    const { written } = utf8.encodeInto(text, bytes.subarray(guess));
    const start = this.#at + stringHeadBytes(written);
    if (start !== guess) bytes.copyWithin(start, guess, guess + written);
    this.#stringHead(written);
    this.#at += written;
  }

  #binary(value: Uint8Array): string | undefined {
    const { length } = value;
    if (this.#at + length > this.#end) return tooLong(this.#limits.maxBytes);
    this.#reserve(5 + length);
    this.#unsigned(length, 0xc4);
    this.#bytes.set(value, this.#at);
    this.#at += length;
    return undefined;
  }

  #containerHead(length: number, small: number, wide: number): void {
    this.#reserve(5);
    if (length < 0x10) this.#bytes[this.#at++] = small | length;
    else this.#wide(length, wide);
  }

  #stringHead(length: number): void {
    if (length < 0x20) this.#bytes[this.#at++] = 0xa0 | length;
    else this.#unsigned(length, 0xd9);
  }

  /** Writes a number with the tag of its width: `tag` is that of 8 bits. */
  #unsigned(value: number, tag: number): void {
    if (value < 0x100) {
      this.#bytes[this.#at++] = tag;
      this.#bytes[this.#at++] = value;
    } else {
      this.#wide(value, tag + 1);
    }
  }

  /** As `#unsigned`, from 16 bits: `tag` is that of 16 bits. */
  #wide(value: number, tag: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    if (value < 0x10000) {
      bytes[at] = tag;
      bytes[at + 1] = value >> 8;
      bytes[at + 2] = value;
      this.#at = at + 3;
    } else {
      bytes[at] = tag + 1;
      this.#at = at + 1;
      this.#four(value);
    }
  }

  #four(value: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.#at = at + 4;
  }

  #eight(): void {
    const bytes = this.#bytes;
    const at = this.#at;
    for (let i = 0; i < 8; i++) bytes[at + i] = eightBytes[i] ?? 0;
    this.#at = at + 8;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes > this.#bytes.length) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const used = this.#at - this.#slab.start;
    // An eighth more, for what follows a large string or Uint8Array.
    const needed = Math.ceil((used + bytes) * 1.125);
    this.#end -= this.#slab.start;
    this.#slab.replace(Math.max(used * 2, needed), used);
    this.#bytes = this.#slab.bytes;
    this.#at = used;
  }
}

function stringHeadBytes(length: number): number {
  return length < 0x20 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : 5;
}
