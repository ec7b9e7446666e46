// Builds values from MessagePack that `scanMsgpack` has found to be whole and
// within the limits, so nothing is checked again.

import type { MsgpackValue } from "./codec_contract.ts";

/**
 * Decodes one value.
 *
 * @param bytes What `scanMsgpack` has accepted; a decoded `Uint8Array` is a view
 * of it.
 */
export function readMsgpack(bytes: Uint8Array): MsgpackValue {
  try {
    source = bytes;
    at = 0;
    return readValue();
  } finally {
    source = EMPTY; // keeps no message alive
  }
}

const EMPTY = new Uint8Array(0);
// Shared by all codecs: nothing that is called here can decode meanwhile.
let source: Uint8Array = EMPTY;
let at = 0;

/** Up to here fromCharCode is faster than a call of the platform. */
const SHORT_BYTES = 24;

const utf8 = new TextDecoder();
const eight = new DataView(new ArrayBuffer(8));

/**
 * Keys that were read before, as most messages have the keys of others: making
 * a string and looking it up in the engine's table costs more than a comparison.
 * Each place has the last key that belongs there, so this does not grow.
 */
const knownKeys: string[] = new Array(256).fill("");
const MAX_KNOWN_BYTES = 0x1f;

function readValue(): MsgpackValue {
  const tag = readU8();
  if (tag < 0x80) return tag;
  if (tag < 0x90) return readMap(tag & 0x0f);
  if (tag < 0xa0) return readArray(tag & 0x0f);
  if (tag < 0xc0) return readText(tag & 0x1f);
  if (tag >= 0xe0) return tag - 0x100;
  switch (tag) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
      return readBinary(readU8());
    case 0xc5:
      return readBinary(readU16());
    case 0xc6:
      return readBinary(readU32());
    case 0xca:
      return loadEight(4).getFloat32(0);
    case 0xcb:
      return loadEight(8).getFloat64(0);
    case 0xcc:
      return readU8();
    case 0xcd:
      return readU16();
    case 0xce:
      return readU32();
    case 0xcf:
      return loadEight(8).getBigUint64(0);
    case 0xd0:
      return readU8() << 24 >> 24;
    case 0xd1:
      return readU16() << 16 >> 16;
    case 0xd2:
      return readU32() | 0;
    case 0xd3:
      return loadEight(8).getBigInt64(0);
    case 0xdc:
      return readArray(readU16());
    case 0xdd:
      return readArray(readU32());
    case 0xde:
      return readMap(readU16());
    case 0xdf:
      return readMap(readU32());
    default:
      return readText(readLength(tag));
  }
}

function readArray(length: number): MsgpackValue[] {
  const items: MsgpackValue[] = [];
  for (let i = 0; i < length; i++) items.push(readValue());
  return items;
}

function readMap(length: number): Record<string, MsgpackValue> {
  const object: Record<string, MsgpackValue> = {};
  for (let i = 0; i < length; i++) {
    const key = readKey();
    object[key] = readValue();
  }
  return object;
}

function readKey(): string {
  const length = readLength(readU8());
  if (length === 0 || length > MAX_KNOWN_BYTES) return readText(length);
  const start = at;
  const place = (length * 31 + (source[start] ?? 0) * 7 +
    (source[start + (length >> 1)] ?? 0) +
    (source[start + length - 1] ?? 0) * 13) & 0xff;
  const known = knownKeys[place] ?? "";
  if (known.length === length && isAscii(known, start)) {
    at += length;
    return known;
  }
  return knownKeys[place] = readText(length);
}

/** Whether the bytes from `start` are the characters of `text`, one for one. */
function isAscii(text: string, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== source[start + i] || code > 0x7f) return false;
  }
  return true;
}

/** The length that belongs to the tag of a string. */
function readLength(tag: number): number {
  switch (tag) {
    case 0xd9:
      return readU8();
    case 0xda:
      return readU16();
    case 0xdb:
      return readU32();
    default:
      return tag & 0x1f;
  }
}

function readText(length: number): string {
  const start = at;
  at += length;
  return (length <= SHORT_BYTES ? shortAscii(start, at) : undefined) ??
    utf8.decode(source.subarray(start, at));
}

/** The text of a few bytes, or `undefined` if not all of them are ASCII. */
function shortAscii(start: number, end: number): string | undefined {
  const bytes = source;
  let text = "";
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const a = bytes[i] ?? 0;
    const b = bytes[i + 1] ?? 0;
    const c = bytes[i + 2] ?? 0;
    const d = bytes[i + 3] ?? 0;
    if ((a | b | c | d) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d);
  }
  for (; i < end; i++) {
    const code = bytes[i] ?? 0;
    if (code > 0x7f) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}

function readBinary(length: number): Uint8Array {
  const start = at;
  at += length;
  return source.subarray(start, at);
}

function readU8(): number {
  return source[at++] ?? 0;
}

function readU16(): number {
  return readU8() << 8 | readU8();
}

function readU32(): number {
  return (readU16() << 16 | readU16()) >>> 0;
}

/** Copies the next bytes to where they are read as a number. */
function loadEight(length: number): DataView {
  for (let i = 0; i < length; i++) eight.setUint8(i, readU8());
  return eight;
}
