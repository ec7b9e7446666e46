/**
 * The rows of a buffer, as output that makes a terminal have them.
 *
 * @module
 */
import { cellWidth } from "../unicode/cell_width.ts";
import {
  BACKGROUND,
  HAS_EXTENDED,
  isErased,
  styleOf,
  styleOfCell,
} from "./cell_style.ts";
import type { Buffer, Cell, Line, XtermParts } from "./xterm_parts.ts";

const PLAIN = styleOf({ fg: 0, bg: 0 }, undefined);
/** A wide character, for what it leaves where it does not fit. */
const WIDE = "\u3000";
const NO_LINK = "\x1b]8;;\x1b\\";

/** Writes the rows of one buffer, from the top of an empty screen on. */
export class LineWriter {
  readonly #parts: XtermParts;
  readonly #buffer: Buffer;
  readonly #columns: number;
  readonly #rows: number;
  readonly #cell: Cell;
  #text = "";
  #style = PLAIN;
  #link = 0;
  /** Whether the next row was begun with a character that did not fit. */
  #isWide = false;

  /** `cell` is memory that the writer uses. */
  constructor(
    parts: XtermParts,
    buffer: Buffer,
    { columns, rows }: { readonly columns: number; readonly rows: number },
    cell: Cell,
  ) {
    this.#parts = parts;
    this.#buffer = buffer;
    this.#columns = columns;
    this.#rows = rows;
    this.#cell = cell;
  }

  /** Returns the last rows from a number on; nothing is set afterwards. */
  write(from: number): string {
    const { lines } = this.#buffer;
    for (let i = from; i < lines.length; i++) {
      const line = lines.get(i);
      if (line === undefined) continue;
      if (i > from) this.#nextRow(lines.get(i - 1), line);
      this.#row(line, this.#isTooWide(lines.get(i + 1)));
    }
    this.#plain();
    return this.#text;
  }

  /** Whether a row starts with a wide character that did not fit before. */
  #isTooWide(next: Line | undefined): boolean {
    return next?.isWrapped === true &&
      next.loadCell(0, this.#cell).getWidth() === 2;
  }

  #row(line: Line, isTooWide: boolean): void {
    let erased = 0;
    let background = 0;
    const cell = this.#cell;
    for (let x = 0; x < this.#columns;) {
      line.loadCell(x, cell);
      const width = cell.getWidth();
      const chars = cell.getChars();
      if (chars === "" && isErased(cell)) {
        const now = cell.bg & BACKGROUND;
        if (erased > 0 && now !== background) {
          this.#erase(erased, background, true);
          erased = 0;
        }
        background = now;
        erased++;
        x++;
        continue;
      }
      if (erased > 0) this.#erase(erased, background, true);
      erased = 0;
      this.#set(cell);
      if (isTooWide && chars === "" && x === this.#columns - 1) {
        this.#text += WIDE;
        this.#isWide = true;
        return;
      }
      this.#text += clusterOf(chars === "" ? " " : chars, width);
      x += Math.max(1, width);
    }
    if (erased > 0) this.#erase(erased, background, false);
  }

  /** Erases cells from the cursor on, and moves behind them. */
  #erase(count: number, background: number, moves: boolean): void {
    if (background !== 0) {
      this.#style = styleOf({ fg: 0, bg: background }, undefined);
      this.#text += `${this.#style}\x1b[${count}X`;
    }
    if (moves) this.#text += `\x1b[${count}C`;
  }

  /** Goes to the next row: by itself where it continues the one before. */
  #nextRow(before: Line | undefined, line: Line): void {
    this.#plain();
    if (this.#isWide) {
      this.#isWide = false;
      this.#text += `\r\x1b[${this.#columns}X`;
      return;
    }
    if (!line.isWrapped || before === undefined) {
      this.#text += "\r\n";
      return;
    }
    const cell = before.loadCell(this.#columns - 1, this.#cell);
    const isFull = cell.getWidth() === 0 || cell.getChars() !== "" ||
      !isErased(cell);
    // A character that is too much wraps; what should be empty is erased then.
    if (!isFull) this.#text += `\x1b[${this.#columns}G `;
    this.#text += " ";
    if (!isFull && this.#rows > 1) {
      const style = styleOf({ fg: 0, bg: cell.bg & BACKGROUND }, undefined);
      this.#text += `\x1b[A\x1b[${this.#columns}G${style}\x1b[X${PLAIN}\x1b[B`;
    }
    this.#text += "\r\x1b[X";
  }

  #set(cell: Cell): void {
    const urlId = urlIdOf(cell);
    if (urlId !== this.#link) {
      this.#link = urlId;
      this.#text += linkOf(this.#parts, urlId);
    }
    const style = styleOfCell(cell);
    if (style === this.#style) return;
    this.#style = style;
    this.#text += style;
  }

  #plain(): void {
    if (this.#link !== 0) this.#text += NO_LINK;
    this.#link = 0;
    if (this.#style !== PLAIN) this.#text += PLAIN;
    this.#style = PLAIN;
  }
}

/** Returns the number of the hyperlink of a cell; 0 for none. */
export function urlIdOf({ bg, extended }: Cell): number {
  return (bg & HAS_EXTENDED) === 0 ? 0 : extended.urlId;
}

/** Returns the sequence that starts a hyperlink, or ends it. */
export function linkOf(parts: XtermParts, urlId: number): string {
  const link = urlId === 0 ? undefined : parts._oscLinkService.getLinkData(
    urlId,
  );
  if (link === undefined) return NO_LINK;
  const id = link.id === undefined ? "" : `id=${link.id}`;
  return `\x1b]8;${id};${link.uri}\x1b\\`;
}

/** Returns the characters of a cell as they fit into one. */
export function clusterOf(chars: string, width: number): string {
  if (chars.length === 1) return chars;
  const [first = "", ...marks] = chars;
  const isOne = width === cellWidth(first.codePointAt(0) ?? 0) &&
    marks.every((mark) => cellWidth(mark.codePointAt(0) ?? 0) === 0);
  // More than characters with their marks is one cell in this mode alone.
  return isOne ? chars : `\x1b[?2027h${chars}\x1b[?2027l`;
}
