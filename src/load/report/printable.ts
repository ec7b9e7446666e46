/**
 * Text from anywhere, as it may be shown.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";

/** Control characters, which could do anything to a terminal, but for lines. */
const CONTROL = /(?!\n)\p{Cc}/gu;

/** A text from anywhere, safe to print; lines stay lines. */
export function printable(text: string): string {
  return stripVTControlCharacters(text.replaceAll("\r\n", "\n")).replace(
    CONTROL,
    (character) => character === "\t" ? " " : "\ufffd",
  );
}
