/**
 * What all versions of asciicast write alike: JSON values, sizes and colours.
 *
 * @module
 */
import { AsciicastError, type AsciicastTheme } from "./asciicast.ts";

const MAX_CELLS = 65_535;
const COLOR = /^#[\da-f]{6}$/i;

/** @throws {AsciicastError} if the text is not JSON. */
export function parseJson(line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AsciicastError(line, "is not JSON", { cause });
  }
}

/** Returns whether it is an object with fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Returns a size.
 *
 * @throws {AsciicastError} if the numbers are not columns and rows.
 */
export function checkSize(
  line: number,
  cols: unknown,
  rows: unknown,
): { cols: number; rows: number } {
  if (isCells(cols) && isCells(rows)) return { cols, rows };
  throw new AsciicastError(
    line,
    `has a size that is not columns and rows from 1 to ${MAX_CELLS}`,
  );
}

function isCells(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 &&
    Number(value) <= MAX_CELLS;
}

/** Returns the variables whose values are text. */
export function stringsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(isRecord(value) ? value : {})
      .filter((entry): entry is [string, string] =>
        typeof entry[1] === "string"
      ),
  );
}

/** Returns the colours, whose palette is one text; `undefined` if one is none. */
export function themeOf(value: unknown): AsciicastTheme | undefined {
  if (!isRecord(value)) return undefined;
  const { fg, bg, palette } = value;
  if (typeof palette !== "string") return undefined;
  const colors = palette.split(":");
  if (colors.length !== 8 && colors.length !== 16) return undefined;
  if (!isColor(fg) || !isColor(bg) || !colors.every(isColor)) return undefined;
  return { fg, bg, palette: colors };
}

function isColor(value: unknown): value is string {
  return typeof value === "string" && COLOR.test(value);
}
