// Bounds JSON text before `JSON.parse` builds it: V8's parser does not recurse,
// but it spends 0.8 s on 16 MiB of "[" before it refuses them.

import type { CodecLimits } from "./codec_contract.ts";

const TOKEN = 0;
const BETWEEN = 1;
const COLON = 2;
const OPEN = 3;
const CLOSE = 4;
const STRING = 5;
const KIND = new Uint8Array(256);
for (const char of " \t\r\n,") KIND[char.charCodeAt(0)] = BETWEEN;
for (const char of "[{") KIND[char.charCodeAt(0)] = OPEN;
for (const char of "]}") KIND[char.charCodeAt(0)] = CLOSE;
KIND[":".charCodeAt(0)] = COLON;
KIND['"'.charCodeAt(0)] = STRING;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;

/**
 * Returns why the JSON text in `bytes` cannot be parsed within `limits`, or
 * `undefined`. It does not check that the text is JSON: both readers agree up
 * to the first byte that `JSON.parse` refuses, and the rest is never built.
 */
export function scanJson(
  bytes: Uint8Array,
  limits: CodecLimits,
): string | undefined {
  const { maxDepth, maxValues } = limits;
  const end = bytes.length;
  let depth = 0;
  let values = 0;
  let start = 0; // of the last string, after its quote
  let close = 0; // its closing quote
  for (let at = 0; at < end; at++) {
    switch (KIND[bytes[at] ?? 0]) {
      case BETWEEN:
        continue;
      case COLON:
        if (isProto(bytes, start, close)) return "a key is __proto__";
        continue;
      case CLOSE:
        depth--;
        continue;
      case OPEN:
        if (++depth > maxDepth) return `it is nested deeper than ${maxDepth}`;
        break;
      case STRING:
        start = at + 1;
        at = close = closingQuote(bytes, start);
        break;
      default:
        while (at + 1 < end && KIND[bytes[at + 1] ?? 0] === TOKEN) at++;
    }
    if (++values > maxValues) return `it has more than ${maxValues} values`;
  }
  return undefined;
}

function closingQuote(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== QUOTE) {
    at += bytes[at] === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** Whether a key is `__proto__`, with any of its characters escaped. */
function isProto(bytes: Uint8Array, start: number, close: number): boolean {
  const length = close - start;
  if (length < 9 || length > 9 * 6) return false;
  const first = bytes[start];
  if (first !== UNDERSCORE && first !== BACKSLASH) return false;
  const key = String.fromCharCode(...bytes.subarray(start, close)).replace(
    /\\u00([5-7][0-9a-f])/gi,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
  return key === "__proto__";
}
