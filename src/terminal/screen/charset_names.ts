/**
 * The names of the character sets of xterm.js, which has them by their objects.
 *
 * @module
 */
import { type Charset, openTerminal, partsOf } from "./xterm_parts.ts";

/** What designates a set, as the last byte of the sequence. */
const NAMES = [..."0A4CRQKYEZH="];
/** The name of ASCII. */
export const ASCII = "B";

let known: ReadonlyMap<Charset, string> | undefined;

/** Returns the name of a set. */
export function nameOf(charset: Charset): string {
  if (charset === undefined) return ASCII;
  known ??= lookUp();
  return known.get(charset) ?? ASCII;
}

/** Returns what a program printed to show a character with a set. */
export function printedAs(charset: Charset, chars: string): string | undefined {
  if (charset === undefined) return chars;
  const entry = Object.entries(charset).find(([, shown]) => shown === chars);
  if (entry !== undefined) return entry[0];
  return chars in charset ? undefined : chars;
}

function lookUp(): ReadonlyMap<Charset, string> {
  const terminal = openTerminal(2, 1, 0);
  const parts = partsOf(terminal);
  const found = NAMES.map((name) => {
    parts.writeSync(`\x1b(${name}`);
    return [parts._charsetService.charset, name] as const;
  });
  terminal.dispose();
  return new Map(found);
}
