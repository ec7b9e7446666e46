/**
 * Text from untrusted sources, made safe to print.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";

/** Control characters but for line feeds: a terminal would obey them. */
const CONTROL = /(?!\n)\p{Cc}/gu;

/** Returns a text that is safe to print; line breaks are kept. */
export function printable(text: string): string {
  return stripVTControlCharacters(text.replaceAll("\r\n", "\n")).replace(
    CONTROL,
    (character) => character === "\t" ? " " : "\ufffd",
  );
}
