/**
 * Layout of text in a terminal.
 *
 * @module
 */
import { printable } from "./printable.ts";

/** The widest name, so that there is room for numbers. */
const MAX_NAME = 32;
const GAP = "  ";

/**
 * Wraps a text at spaces, or within words that are too long. All lines but the
 * first are indented.
 */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  for (const paragraph of printable(text).split("\n")) {
    let line = lines.length === 0 ? "" : indent;
    let isEmpty = true;
    const longest = Math.max(width - indent.length, 1);
    const words = paragraph.split(" ").flatMap((word) => pieces(word, longest));
    for (const word of words) {
      if (!isEmpty && line.length + 1 + word.length > width) {
        lines.push(line);
        line = indent;
        isEmpty = true;
      }
      line += isEmpty ? word : ` ${word}`;
      isEmpty = false;
    }
    lines.push(line);
  }
  return lines;
}

function pieces(word: string, longest: number): string[] {
  const count = Math.max(Math.ceil(word.length / longest), 1);
  return Array.from(
    { length: count },
    (_, index) => word.slice(index * longest, (index + 1) * longest),
  );
}

/**
 * Lays a table out as lines: the first column is aligned left, the others
 * right. Columns that do not fit follow below, with the first one repeated.
 */
export function layOut(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const all = [columns, ...rows].map((row) =>
    row.map((cell, index) => index === 0 ? shorten(printable(cell)) : cell)
  );
  // Once for each column: there may be thousands of rows.
  const widths = columns.map((_, index) =>
    all.reduce((widest, row) => Math.max(widest, row[index]?.length ?? 0), 0)
  );
  const widthOf = (index: number) => widths[index] ?? 0;
  const nameWidth = widthOf(0);
  const blocks: number[][] = [];
  let used = Infinity;
  for (let index = 1; index < columns.length; index++) {
    const more = GAP.length + widthOf(index);
    if (used + more > width) {
      blocks.push([]);
      used = nameWidth;
    }
    blocks.at(-1)?.push(index);
    used += more;
  }
  return blocks.flatMap((indexes) =>
    all.map((row) =>
      [
        (row[0] ?? "").padEnd(nameWidth),
        ...indexes.map((index) => (row[index] ?? "").padStart(widthOf(index))),
      ].join(GAP)
    )
  );
}

function shorten(name: string): string {
  const line = name.replaceAll("\n", " ");
  return line.length > MAX_NAME ? `${line.slice(0, MAX_NAME - 1)}…` : line;
}
