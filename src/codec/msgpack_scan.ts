// Checks MessagePack bytes before a decoder that recurses and allocates gets
// them. One pass, no recursion, no allocation.

import { type CodecLimits, MAX_DEPTH } from "./codec_contract.ts";

// What follows a tag. FIXED: WIDTH bytes. The others: a length in WIDTH bytes
// (0: the length is in the tag itself), and then that many bytes or values.
const UNKNOWN = 0;
const FIXED = 1;
const STR = 2;
const BIN = 3;
const ARRAY = 4;
const MAP = 5;
const KIND = new Uint8Array(256);
const WIDTH = new Uint8Array(256);

function define(
  first: number,
  last: number,
  kind: number,
  ...widths: number[]
) {
  for (let tag = first; tag <= last; tag++) {
    KIND[tag] = kind;
    WIDTH[tag] = widths[tag - first] ?? 0;
  }
}

define(0x00, 0x7f, FIXED); // positive fixint
define(0x80, 0x8f, MAP); // fixmap
define(0x90, 0x9f, ARRAY); // fixarray
define(0xa0, 0xbf, STR); // fixstr
define(0xc0, 0xc0, FIXED); // nil; 0xc1 is never used
define(0xc2, 0xc3, FIXED); // false, true
define(0xc4, 0xc6, BIN, 1, 2, 4);
// 0xc7 to 0xc9 and 0xd4 to 0xd8 are extensions, which no codec of ours reads
define(0xca, 0xcb, FIXED, 4, 8); // float
define(0xcc, 0xcf, FIXED, 1, 2, 4, 8); // uint
define(0xd0, 0xd3, FIXED, 1, 2, 4, 8); // int
define(0xd9, 0xdb, STR, 1, 2, 4);
define(0xdc, 0xdd, ARRAY, 2, 4);
define(0xde, 0xdf, MAP, 2, 4);
define(0xe0, 0xff, FIXED); // negative fixint

const PROTO = new TextEncoder().encode("__proto__");
const TRUNCATED = "it ends in the middle of a value";

// For each open container, how many values are still missing: above zero for an
// array, below zero for a map, where an even number means that a key is next.
// Shared by all codecs: a scan is never interrupted.
const open = new Int32Array(MAX_DEPTH);

/**
 * Returns what is wrong with `bytes`, or `undefined` for one value within
 * `limits`.
 */
export function scanMsgpack(
  bytes: Uint8Array,
  limits: CodecLimits,
): string | undefined {
  const { maxDepth, maxValues } = limits;
  const end = bytes.length;
  let at = 0;
  let depth = 0;
  let values = 0;
  let left = 1;
  for (;;) {
    while (left === 0) {
      if (depth === 0) {
        return at === end
          ? undefined
          : `${end - at} more bytes follow the value`;
      }
      left = open[--depth] ?? 0;
    }
    if (at >= end) return TRUNCATED;
    if (++values > maxValues) return `it has more than ${maxValues} values`;
    const tag = bytes[at++] ?? 0;
    const kind = KIND[tag] ?? UNKNOWN;
    const width = WIDTH[tag] ?? 0;
    if (left > 0) {
      left--;
    } else {
      if ((left & 1) === 0 && kind !== STR) return "a key is not a string";
      left++;
    }
    if (kind === FIXED) {
      at += width;
      if (at > end) return TRUNCATED;
      continue;
    }
    if (kind === UNKNOWN) return `tag 0x${tag.toString(16)} is not supported`;

    const length = width === 0
      ? tag & (kind === STR ? 0x1f : 0x0f)
      : readLength(bytes, at, width);
    at += width;
    // Also true if the length itself is truncated. A value takes at least one
    // byte, so a count above the number of remaining bytes is a lie.
    const least = kind === MAP ? length * 2 : length;
    if (least > end - at) return TRUNCATED;

    if (kind === ARRAY || kind === MAP) {
      if (depth === maxDepth) return `it is nested deeper than ${maxDepth}`;
      open[depth++] = left;
      left = kind === MAP ? -least : least;
    } else {
      // `left` has moved on: after a key it is odd.
      if (left < 0 && (left & 1) !== 0 && isProto(bytes, at, length)) {
        return "a key is __proto__";
      }
      at += length;
    }
  }
}

function readLength(bytes: Uint8Array, at: number, width: number): number {
  let length = 0;
  for (let i = at; i < at + width; i++) length = length * 256 + (bytes[i] ?? 0);
  return length;
}

/**
 * Whether a key is `__proto__`, also after a byte order mark, which the reader
 * drops.
 */
function isProto(bytes: Uint8Array, at: number, length: number): boolean {
  const marked = length === PROTO.length + 3 && bytes[at] === 0xef &&
    bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
  const start = marked ? at + 3 : at;
  if (at + length - start !== PROTO.length) return false;
  for (let i = 0; i < PROTO.length; i++) {
    if (bytes[start + i] !== PROTO[i]) return false;
  }
  return true;
}
