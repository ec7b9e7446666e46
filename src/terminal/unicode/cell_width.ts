/**
 * How many cells a character takes, by current Unicode: pure decisions.
 *
 * @module
 */
import { eastAsianWidth } from "get-east-asian-width";

/** Number of cells. */
export type CellWidth = 0 | 1 | 2;

/**
 * Characters without a cell of their own: marks, format characters but the soft
 * hyphen, and the vowels and final consonants of Hangul, which wcwidth() of
 * programs counts as 0 as well.
 */
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff\ud7b0-\ud7ff]$/u;
const SOFT_HYPHEN = 0xad;
/** Code points whose width is kept once it was looked up: two planes. */
const KEPT = 0x20000;
/** Widths by code point, plus 1; 0 if it was not looked up yet. */
const widths = new Uint8Array(KEPT);

/** Returns the cells of a character on its own, as wcwidth() does. */
export function cellWidth(codePoint: number): CellWidth {
  if (codePoint >= 0x20 && codePoint < 0x7f) return 1;
  if (codePoint >= KEPT) return lookUp(codePoint);
  const kept = widths[codePoint];
  if (kept === 1 || kept === 2 || kept === 3) return toWidth(kept - 1);
  const width = lookUp(codePoint);
  widths[codePoint] = width + 1;
  return width;
}

function toWidth(number: number): CellWidth {
  return number === 0 ? 0 : number === 1 ? 1 : 2;
}

function lookUp(codePoint: number): CellWidth {
  if (codePoint === SOFT_HYPHEN) return 1;
  if (ZERO.test(String.fromCodePoint(codePoint))) return 0;
  return eastAsianWidth(codePoint) === 2 ? 2 : 1;
}
