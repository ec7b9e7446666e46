/**
 * Text and tables in GitHub's Markdown.
 *
 * @module
 */
import { printable } from "./printable.ts";

/** Characters for which a backslash is not enough in a table. */
const REFERENCES: Readonly<Record<string, string>> = {
  "\\": "&#92;",
  "|": "&#124;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

/** What would be markup, or the beginning of a link. */
const MARKUP = /[\\|&<>`*_[\]~@$#]|:(?=\/\/)|(?<=\bwww)\./gi;

/**
 * Returns a text as Markdown that shows it as it is, in one line: no part of it
 * is markup or a link, wherever it stands.
 */
export function markdownText(text: string): string {
  const escaped = printable(text).toWellFormed().trim()
    .replace(MARKUP, (found) => REFERENCES[found] ?? `\\${found}`)
    // At its start, a text could begin a list or a line.
    .replace(/^(?:=|[+-](?=[\s-]|$)|\d{1,9}(?=[.)](?:\s|$)))/, startReference);
  return escaped.replaceAll(/\s*\n\s*/g, "<br>");
}

/** The first character is enough: `1.` would be an item of a list. */
function startReference(start: string): string {
  return `&#${start.charCodeAt(0)};${start.slice(1)}`;
}

/**
 * Returns a table whose cells are Markdown. The columns after the first
 * `texts` ones are numbers, and aligned right.
 */
export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  texts: number,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, index) => index < texts ? "---" : "--:");
  return [columns, rule, ...rows].map(line).join("\n");
}
