/**
 * How SQLite compares values, in memory.
 *
 * @module
 */

/** A value as SQLite has it; a boolean is 1 or 0. */
export type SqlScalar = string | number | bigint | null;

/**
 * Returns less than 0, 0 or more than 0, as SQLite orders two values: null before
 * numbers before texts, texts by their code points (collation BINARY), integers
 * and fractions exactly.
 */
export function compareScalars(a: SqlScalar, b: SqlScalar): number {
  const byClass = classOf(a) - classOf(b);
  if (byClass !== 0) return byClass;
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  if (a === null || b === null) return 0;
  return a < b ? -1 : a > b ? 1 : 0;
}

function classOf(value: SqlScalar): number {
  if (value === null) return 0;
  return typeof value === "string" ? 2 : 1;
}

/** Compares texts by code points, which is the order of their UTF-8. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const one = a.charCodeAt(index);
    const other = b.charCodeAt(index);
    if (one === other) continue;
    // A surrogate stands for a code point above all others of 16 bits.
    const isHigh = isSurrogate(one);
    if (isHigh !== isSurrogate(other)) return isHigh ? 1 : -1;
    return one - other;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Returns the text with the letters A to Z in lower case, as `lower()` of SQLite. */
export function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Returns a value of a record as SQLite has it; undefined is null. */
export function scalarOf(value: unknown): SqlScalar {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
      return value;
    case "boolean":
      return value ? 1 : 0;
    default:
      return null;
  }
}
