/**
 * Which texts are keys of objects: those that every backend keeps as they are,
 * and that name nothing outside of it.
 *
 * @module
 */
import { shown } from "../checks/internal.ts";
import { InvalidKeyError } from "./storage_errors.ts";

/** The most bytes of a key in UTF-8. */
const MAX_KEY_BYTES = 1024;
/** The most bytes of a segment, which is the name of a file. */
const MAX_SEGMENT_BYTES = 200;

// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\u0000-\u001f\u007f\\]/;
const utf8 = new TextEncoder();

/**
 * Checks a key.
 *
 * @throws {InvalidKeyError} if it is none.
 */
export function checkKey(key: unknown): asserts key is string {
  const fault = typeof key === "string" ? faultOf(key) : "it must be text";
  if (fault === undefined) return;
  throw new InvalidKeyError(`Cannot use the key ${brief(key)}: ${fault}`);
}

/** Returns whether a text is a key. */
export function isKey(text: string): boolean {
  return faultOf(text) === undefined;
}

/**
 * Checks what keys begin with, or come after.
 *
 * @throws {InvalidKeyError} if no key does.
 */
export function checkKeyText(what: string, text: unknown): void {
  const fault = typeof text !== "string"
    ? "it must be text"
    : textFaultOf(text);
  if (fault === undefined) return;
  throw new InvalidKeyError(`Cannot use the ${what} ${brief(text)}: ${fault}`);
}

function faultOf(key: string): string | undefined {
  if (key === "") return "it is empty";
  const fault = textFaultOf(key);
  if (fault !== undefined) return fault;
  if (key.normalize("NFC") !== key) {
    return 'it is not in normal form C: use key.normalize("NFC")';
  }
  for (const segment of key.split("/")) {
    if (segment === "") {
      return "a segment is empty: it must not begin or end with a slash, nor have two in a row";
    }
    if (segment.endsWith(".")) return `the segment ${segment} ends in a dot`;
    const bytes = utf8.encode(segment).length;
    if (bytes > MAX_SEGMENT_BYTES) {
      return `a segment has ${bytes} bytes of UTF-8, at most ${MAX_SEGMENT_BYTES} are allowed`;
    }
  }
  return undefined;
}

function textFaultOf(text: string): string | undefined {
  if (!text.isWellFormed()) return "half of a surrogate pair is in it";
  if (FORBIDDEN.test(text)) {
    return "a control character or a backslash is in it";
  }
  const bytes = utf8.encode(text).length;
  if (bytes > MAX_KEY_BYTES) {
    return `it has ${bytes} bytes of UTF-8, at most ${MAX_KEY_BYTES} are allowed`;
  }
  return undefined;
}

/** A key as errors show it: not longer than a line. */
function brief(key: unknown): string {
  if (typeof key !== "string" || key.length <= 100) return shown(key);
  return `${shown(key.slice(0, 100))}…`;
}

/**
 * Compares two keys by their bytes in UTF-8, which is the order of lists: by
 * code points, so that those above U+FFFF come last.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x === y) continue;
    // Halves of surrogate pairs stand for code points above all others.
    return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
