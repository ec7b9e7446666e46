/**
 * Text from untrusted sources, made safe to print.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";

/**
 * Control characters but for line feeds, which a terminal would obey, and those
 * that change the direction of text, which would show it in another order.
 */
const CONTROL = /(?!\n)\p{Cc}|\p{Bidi_Control}/gu;

/** Returns a text that is safe to print; line breaks are kept. */
export function printable(text: string): string {
  return stripVTControlCharacters(text.replaceAll("\r\n", "\n")).replace(
    CONTROL,
    (character) => character === "\t" ? " " : "\ufffd",
  );
}
