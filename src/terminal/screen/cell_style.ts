/**
 * Sequences that set colours, flags and hyperlinks: pure decisions.
 *
 * @module
 */
import type { Attributes, Extended } from "./xterm_parts.ts";

const COLOUR_MODE = 0x300_0000;
const PALETTE_16 = 0x100_0000;
const PALETTE_256 = 0x200_0000;
const VALUE = 0xff_ffff;

/** Flags beside the colour of the text, and what sets them. */
const TEXT_FLAGS: readonly (readonly [number, string])[] = [
  [0x800_0000, "1"],
  [0x2000_0000, "5"],
  [0x400_0000, "7"],
  [0x4000_0000, "8"],
  [0x8000_0000, "9"],
];
const UNDERLINE = 0x1000_0000;
/** Flags beside the colour of the background, and what sets them. */
const BACKGROUND_FLAGS: readonly (readonly [number, string])[] = [
  [0x800_0000, "2"],
  [0x400_0000, "3"],
  [0x4000_0000, "53"],
];
/** Flag of what does not fit into two numbers. */
export const HAS_EXTENDED: number = 0x1000_0000;
const PROTECTED = 0x2000_0000;

/** Flags and colour of the background, without the rest. */
export const BACKGROUND: number = COLOUR_MODE | VALUE;

/** Whether a cell without a character looks like an erased one. */
export function isErased({ fg, bg }: Attributes): boolean {
  return fg === 0 && (bg & ~(BACKGROUND | HAS_EXTENDED)) === 0;
}

/** The sequence that sets the attributes of a cell. */
export function styleOfCell(
  cell: Attributes & { readonly extended: Pick<Extended, "_ext"> },
): string {
  // Memory for cells has what does not fit of an earlier one.
  return styleOf(cell, (cell.bg & HAS_EXTENDED) ? cell.extended : undefined);
}

/** The sequence that sets attributes, whatever is set, but no hyperlink. */
export function styleOf(
  { fg, bg }: Attributes,
  extended: Pick<Extended, "_ext"> | undefined,
): string {
  const codes = ["0"];
  for (const [flag, code] of TEXT_FLAGS) if (fg & flag) codes.push(code);
  for (const [flag, code] of BACKGROUND_FLAGS) if (bg & flag) codes.push(code);
  const underline = extended?._ext ?? 0;
  if (fg & UNDERLINE) codes.push(`4:${(underline >> 26) & 7 || 1}`);
  pushColour(codes, underline, 58);
  pushColour(codes, fg, 38);
  pushColour(codes, bg, 48);
  const isProtected = (bg & PROTECTED) !== 0;
  return `\x1b[${codes.join(";")}m` + (isProtected ? '\x1b[1"q' : '\x1b[0"q');
}

function pushColour(codes: string[], packed: number, base: number): void {
  const value = packed & VALUE;
  const index = packed & 0xff;
  switch (packed & COLOUR_MODE) {
    case 0:
      return;
    case PALETTE_16:
      // The underline has no short form, and 16 colours of its own neither.
      if (base !== 58) {
        const first = index < 8 ? base - 8 : base + 52 - 8;
        codes.push(`${first + index}`);
        return;
      }
      codes.push(`58:5:${index}`);
      return;
    case PALETTE_256:
      codes.push(`${base}:5:${index}`);
      return;
    default:
      codes.push(
        `${base}:2::${value >> 16}:${(value >> 8) & 0xff}:${value & 0xff}`,
      );
  }
}
