/**
 * Everything that two terminals of xterm.js can differ in, as text.
 *
 * @module
 */
import { nameOf } from "../../../src/terminal/screen/charset_names.ts";
import type {
  Buffer,
  Cell,
  Terminal,
  XtermParts,
} from "../../../src/terminal/screen/xterm_parts.ts";
import { partsOf } from "../../../src/terminal/screen/xterm_parts.ts";

/** Returns the state of a terminal, one thing a line. */
export function stateOf(terminal: Terminal): string[] {
  const parts = partsOf(terminal);
  const { buffers: { normal, alt, active }, coreService } = parts;
  const { _charsetService: sets, _inputHandler: input } = parts;
  const nullCell = terminal.buffer.normal.getNullCell() as unknown;
  const cell = nullCell as Cell;
  return [
    `size ${terminal.cols}x${terminal.rows}`,
    ...buffer("normal", parts, normal, terminal.cols, cell),
    ...(active === alt
      ? buffer("alt", parts, alt, terminal.cols, cell)
      : [saved(parts, alt)]),
    `active ${active === alt ? "alt" : "normal"} ${active.x},${active.y}`,
    `modes ${JSON.stringify(coreService.modes)}`,
    `private ${JSON.stringify(coreService.decPrivateModes)}`,
    `hidden ${coreService.isCursorHidden}`,
    `mouse ${parts.coreMouseService.activeProtocol} ${parts.coreMouseService.activeEncoding}`,
    `sets ${sets.glevel} ${nameOf(sets.charset)} ${
      [0, 1, 2, 3].map((i) => nameOf(sets._charsets[i])).join("")
    }`,
    `pen ${style(parts, input._curAttrData)}`,
    `title ${input._windowTitle} icon ${input._iconName}`,
    `width ${terminal.unicode.activeVersion}`,
    `blink ${terminal.options.cursorBlink}`,
  ];
}

function buffer(
  name: string,
  parts: XtermParts,
  { ybase, scrollTop, scrollBottom, tabs, lines, ...rest }: Buffer,
  columns: number,
  cell: Cell,
): string[] {
  const stops = Object.keys(tabs).filter((x) =>
    tabs[Number(x)] === true && Number(x) < columns
  );
  const rows: string[] = [];
  // Rows above the alternate screen are those that a smaller size has cut off.
  const isScreen = name === "alt";
  const first = isScreen ? ybase : 0;
  for (let y = first; y < lines.length; y++) {
    const line = lines.get(y);
    if (line === undefined) continue;
    let text = "";
    let last = "";
    for (let x = 0; x < columns; x++) {
      line.loadCell(x, cell);
      let chars = cell.getChars();
      // Where the cursor waits behind the last cell, an empty one is printed.
      if (x === columns - 1 && chars === " " && cell.fg === 0) chars = "";
      const now = style(parts, cell, chars === "" && cell.getWidth() > 0);
      // An empty cell that is not just erased looks like a space.
      const isBlank = chars === "" && !/^,[\d]*,-?\d+,$/.test(now);
      if (now !== last) text += `{${now}}`;
      last = now;
      text += chars === "" ? (isBlank ? " " : "·") : chars;
      text += cell.getWidth() === 1 ? "" : `<${cell.getWidth()}>`;
    }
    const wraps = y > first && line.isWrapped ? "↪" : "";
    rows.push(`${name} ${y - first}${wraps} ${text}`);
  }
  return [
    `${name} base ${
      isScreen ? 0 : ybase
    } margins ${scrollTop}-${scrollBottom} tabs ${stops}`,
    saved(parts, { ybase, ...rest }),
    ...rows,
  ];
}

function saved(
  _parts: XtermParts,
  { savedX, savedY, ybase, savedCurAttrData: { fg, bg }, savedCharset }: Pick<
    Buffer,
    "savedX" | "savedY" | "ybase" | "savedCurAttrData" | "savedCharset"
  >,
): string {
  const row = Math.max(0, savedY - ybase);
  return `saved ${savedX},${row} ${packed(fg)},${packed(bg & ~0x1000_0000)} ${
    nameOf(savedCharset)
  }`;
}

/** Packed colours and flags, without what is left of an earlier colour. */
function packed(value: number): number {
  const mode = value & 0x300_0000;
  const kept = mode === 0x300_0000 ? 0xff_ffff : mode === 0 ? 0 : 0xff;
  return value & (~0xff_ffff | kept);
}

function style(
  parts: XtermParts,
  { fg, bg, extended }: Pick<Cell, "fg" | "bg" | "extended">,
  isEmpty = false,
): string {
  const has = (bg & 0x1000_0000) !== 0;
  const underline = has ? extended._ext & 0x1fff_ffff : 0;
  const link = !has || extended.urlId === 0
    ? ""
    : parts._oscLinkService.getLinkData(extended.urlId)?.uri ?? "";
  const shown = packed(bg & ~0x1000_0000);
  if (isEmpty && fg === 0 && (shown & ~0x3ff_ffff) === 0) {
    return `,${""},${shown},`;
  }
  const line = (fg & 0x1000_0000) === 0 ? 0 : (underline >> 26 & 7) || 1;
  return `${packed(fg)},${line},${
    packed(underline & 0x3ff_ffff)
  },${shown},${link}`;
}
