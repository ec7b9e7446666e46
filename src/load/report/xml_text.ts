/**
 * Escaping of text in XML.
 *
 * @module
 */
import { printable } from "./printable.ts";

const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** What XML 1.0 has no place for, not even as a reference. */
const FORBIDDEN = /[\ufffe\uffff]/g;

/** Escapes a text for the content of an element. */
export function xmlText(text: string): string {
  return printable(text).toWellFormed()
    .replace(FORBIDDEN, "\ufffd")
    .replace(/[&<>"]/g, (character) => REFERENCES[character] ?? "");
}

/** Returns attributes, each with a space before it; readers keep line breaks. */
export function xmlAttributes(
  attributes: Readonly<Record<string, string | number>>,
): string {
  return Object.entries(attributes).map(([name, value]) =>
    ` ${name}="${xmlText(String(value)).replaceAll("\n", "&#10;")}"`
  ).join("");
}
