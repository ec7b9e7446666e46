/**
 * Output that gives an empty terminal the state that another one has: what
 * `docs/terminal.md` lists.
 *
 * @module
 */
import { GRAPHEMES } from "../unicode/unicode_modes.ts";
import { styleOf, styleOfCell } from "./cell_style.ts";
import { ASCII, nameOf, printedAs } from "./charset_names.ts";
import { clusterOf, LineWriter, linkOf, urlIdOf } from "./line_writer.ts";
import type { ProgramSettings } from "./program_settings.ts";
import {
  type Buffer,
  type Cell,
  type Charset,
  partsOf,
  type Terminal,
  type XtermParts,
} from "./xterm_parts.ts";

const PLAIN = styleOf({ fg: 0, bg: 0 }, undefined);
/** Designate the sets G0 to G3. */
const DESIGNATE = ["(", ")", "*", "+"] as const;
/** Make G0 to G3 the set that is used. */
const SHIFT = ["\x0f", "\x0e", "\x1bn", "\x1bo"] as const;
/** Columns between two tab stops. */
const TAB = 8;
const MOUSE: Readonly<Record<string, number>> = {
  X10: 9,
  VT200: 1000,
  DRAG: 1002,
  ANY: 1003,
};
const MOUSE_ENCODING: Readonly<Record<string, number>> = {
  SGR: 1006,
  SGR_PIXELS: 1016,
};
const CURSOR = { block: 1, underline: 3, bar: 5 } as const;

/** The size of the terminal, for what is placed in it. */
interface Cells {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Returns the output that makes an empty terminal of the same size have the
 * state of this one, with up to `scrollback` rows above the screen.
 */
export function screenToOutput(
  terminal: Terminal,
  settings: ProgramSettings,
  scrollback: number,
): string {
  const parts = partsOf(terminal);
  const { buffers: { normal, alt, active } } = parts;
  const cells = { columns: terminal.cols, rows: terminal.rows };
  const cell = cellOf(terminal);
  const from = Math.max(0, normal.ybase - scrollback);
  const text = [settings.text, title(parts)];
  // A program that comes back to the alternate screen finds its saved cursor.
  if (active !== alt) {
    text.push(
      "\x1b[?1047h",
      saved(parts, alt, cells, cell),
      "\x1b[?1047l\x1b[H",
    );
  }
  // A cursor that was saved before the screen scrolled is above it.
  const isFar = normal.savedY < normal.ybase;
  text.push(
    isFar ? saved(parts, normal, cells, cell, from) + "\x1b[H" : "",
    new LineWriter(parts, normal, cells, cell).write(from),
    kept(parts, normal, cells, cell, isFar),
  );
  if (active === alt) {
    // Another size depends on where the cursor was.
    const { x, y } = normal;
    text.push(
      `\x1b[${y + 1};${Math.min(x, cells.columns - 1) + 1}H`,
      "\x1b[?1047h\x1b[H",
      new LineWriter(parts, alt, cells, cell).write(alt.ybase),
      kept(parts, alt, cells, cell, false),
    );
  }
  text.push(
    charsets(parts, active.savedCharset),
    modes(parts, terminal.unicode.activeVersion === GRAPHEMES),
    cursor(parts, active, cells, cell),
  );
  return text.join("");
}

/** A cell of a terminal as memory to load others into. */
function cellOf(terminal: Terminal): Cell {
  const cell: unknown = terminal.buffer.normal.getNullCell();
  if (isCell(cell)) return cell;
  throw new TypeError("Cannot read the cells of the terminal");
}

function isCell(cell: unknown): cell is Cell {
  return typeof cell === "object" && cell !== null && "fg" in cell &&
    "bg" in cell && "extended" in cell && "getChars" in cell;
}

/** Characters that would end a title. */
const CONTROL = /\p{Cc}/gu;

function title({ _inputHandler }: XtermParts): string {
  const clean = (text: string): string => text.replaceAll(CONTROL, "");
  const { _windowTitle, _iconName } = _inputHandler;
  return `\x1b]2;${clean(_windowTitle)}\x1b\\` +
    (_iconName === "" ? "" : `\x1b]1;${clean(_iconName)}\x1b\\`);
}

/** What belongs to a buffer besides its rows. */
function kept(
  parts: XtermParts,
  buffer: Buffer,
  cells: Cells,
  cell: Cell,
  isSaved: boolean,
): string {
  const { scrollTop, scrollBottom } = buffer;
  const isWhole = scrollTop === 0 && scrollBottom === cells.rows - 1;
  const margins = `\x1b[${scrollTop + 1};${scrollBottom + 1}r`;
  return tabs(buffer, cells) +
    (isSaved ? "" : saved(parts, buffer, cells, cell)) +
    (isWhole ? "" : margins);
}

function tabs({ tabs }: Buffer, { columns }: Cells): string {
  const stops: number[] = [];
  let isDefault = true;
  for (let x = 0; x < columns; x++) {
    const isStop = tabs[x] === true;
    if (isStop) stops.push(x);
    if (isStop !== (x % TAB === 0)) isDefault = false;
  }
  if (isDefault) return "";
  return "\x1b[3g" + stops.map((x) => `\x1b[${x + 1}G\x1bH`).join("");
}

/** The cursor that the program has saved. */
function saved(
  parts: XtermParts,
  buffer: Buffer,
  { columns, rows }: Cells,
  cell: Cell,
  top: number = buffer.ybase,
): string {
  const { savedX, savedY, savedCurAttrData, savedCharset } = buffer;
  const row = Math.min(rows - 1, Math.max(0, savedY - top));
  const place = savedX < columns
    ? `\x1b[${row + 1};${savedX + 1}H`
    : lastCell(parts, buffer, top + row, `${row + 1}`, columns, cell, false);
  const { _ext } = parts._inputHandler._curAttrData.extended;
  return place + styleOf(savedCurAttrData, { _ext }) +
    `\x1b(${nameOf(savedCharset)}\x1b7\x1b(${ASCII}${PLAIN}`;
}

/**
 * The sets of characters. The one that is used differs from the one that is
 * designated after a cursor was restored.
 */
function charsets(
  { _charsetService }: XtermParts,
  savedCharset: Charset,
): string {
  const { charset, glevel, _charsets } = _charsetService;
  const parts: string[] = [];
  DESIGNATE.forEach((designate, i) => {
    const name = nameOf(_charsets[i]);
    if (name !== ASCII) parts.push(`\x1b${designate}${name}`);
  });
  parts.push(SHIFT[glevel] ?? "");
  const isRestored = charset !== _charsets[glevel] && charset === savedCharset;
  if (isRestored) parts.push("\x1b8");
  return parts.join("");
}

function modes(parts: XtermParts, isGraphemes: boolean): string {
  const { coreService, coreMouseService } = parts;
  const { modes: { insertMode }, decPrivateModes: dec } = coreService;
  const set: number[] = [];
  if (dec.applicationCursorKeys) set.push(1);
  if (dec.reverseWraparound) set.push(45);
  if (dec.sendFocus) set.push(1004);
  if (dec.bracketedPasteMode) set.push(2004);
  if (dec.synchronizedOutput) set.push(2026);
  if (isGraphemes) set.push(2027);
  const mouse = MOUSE[coreMouseService.activeProtocol];
  if (mouse !== undefined) set.push(mouse);
  const encoding = MOUSE_ENCODING[coreMouseService.activeEncoding];
  if (encoding !== undefined) set.push(encoding);
  // It moves the cursor, which is placed after this.
  if (dec.origin) set.push(6);
  const { cursorStyle, cursorBlink } = dec;
  const shape = cursorStyle === undefined
    ? ""
    : `\x1b[${CURSOR[cursorStyle] + (cursorBlink === true ? 0 : 1)} q`;
  return set.map((mode) => `\x1b[?${mode}h`).join("") +
    (dec.wraparound ? "" : "\x1b[?7l") +
    (dec.applicationKeypad ? "\x1b=" : "") + (insertMode ? "\x1b[4h" : "") +
    `\x1b[?25${coreService.isCursorHidden ? "l" : "h"}${shape}`;
}

/** The cursor, and what the next character depends on. */
function cursor(
  parts: XtermParts,
  buffer: Buffer,
  { columns }: Cells,
  cell: Cell,
): string {
  const { _inputHandler: { _curAttrData, _parser }, coreService } = parts;
  const { x, y, ybase, scrollTop, lines } = buffer;
  const top = coreService.decPrivateModes.origin ? scrollTop : 0;
  const at = (column: number): string => `\x1b[${y - top + 1};${column + 1}H`;
  const style = linkOf(parts, _curAttrData.extended.urlId) +
    styleOf(_curAttrData, _curAttrData.extended);
  const isFull = x >= columns;
  const isAfterPrint = _parser.precedingJoinState !== 0;
  if (!isFull && !isAfterPrint) return at(x) + style;
  // The last character is printed again: a further one may join or repeat it, or
  // goes to the next row.
  const line = lines.get(ybase + y);
  if (line === undefined || x === 0) return at(x) + style;
  let column = Math.min(x, columns) - 1;
  if (column > 0 && line.loadCell(column, cell).getWidth() === 0) column--;
  line.loadCell(column, cell);
  const chars = cell.getChars();
  const printed = printedAs(parts._charsetService.charset, chars);
  // What follows the print would count as something between.
  const isSame = linkOf(parts, urlIdOf(cell)) + styleOfCell(cell) === style;
  if (chars !== "" && isAfterPrint && isSame && printed !== undefined) {
    // Where characters are inserted, it is taken away before.
    const { insertMode } = coreService.modes;
    const space = insertMode ? `\x1b[${cell.getWidth()}P` : "";
    return at(column) + style + space + printed;
  }
  if (!isFull) return at(x) + style;
  return lastCell(
    parts,
    buffer,
    ybase + y,
    `${y - top + 1}`,
    columns,
    cell,
    true,
  ) + style;
}

/**
 * Prints the last cell of a row again, so that the cursor waits behind it;
 * `hasSets` is whether the sets of characters are designated already.
 */
function lastCell(
  parts: XtermParts,
  { lines }: Buffer,
  index: number,
  row: string,
  columns: number,
  cell: Cell,
  hasSets: boolean,
): string {
  const line = lines.get(index);
  if (line === undefined) return `\x1b[${row};${columns}H `;
  let column = columns - 1;
  if (column > 0 && line.loadCell(column, cell).getWidth() === 0) column--;
  line.loadCell(column, cell);
  const chars = cell.getChars();
  const shown = clusterOf(chars === "" ? " " : chars, cell.getWidth());
  return `\x1b[${row};${column + 1}H` + linkOf(parts, urlIdOf(cell)) +
    styleOfCell(cell) +
    (hasSets ? printedBy(parts, shown) : shown) + linkOf(parts, 0);
}

/** Returns output that shows characters whatever set is used. */
function printedBy({ _charsetService }: XtermParts, shown: string): string {
  const { charset, glevel, _charsets } = _charsetService;
  if (charset === undefined) return shown;
  const printed = printedAs(charset, shown);
  if (printed !== undefined) return printed;
  const designate = `\x1b${DESIGNATE[glevel] ?? "("}`;
  return `${designate}${ASCII}${shown}${designate}${nameOf(_charsets[glevel])}`;
}
