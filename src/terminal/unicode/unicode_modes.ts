/**
 * Current Unicode for terminals of xterm.js: widths as programs compute them with
 * wcwidth(), and whole graphemes where a program asks for mode 2027.
 *
 * @module
 */
import { type CellWidth, cellWidth } from "./cell_width.ts";
import { ClusterKind, joinCluster } from "./grapheme_rules.ts";

/** Name of the widths of single characters. */
export const CHARACTERS = "troupe-characters";
/** Name of the widths of graphemes. */
export const GRAPHEMES = "troupe-graphemes";
/** The mode of programs that expect graphemes. */
export const GRAPHEME_MODE = 2027;

/** Widths as xterm.js asks for them. */
export interface WidthProvider {
  /** Name of these widths. */
  readonly version: string;
  /** Returns the cells of a character on its own. */
  wcwidth(codePoint: number): CellWidth;
  /**
   * Returns, in one number, whether a character joins what is before it (bit 0),
   * the cells of both (bits 1 and 2), and what later characters need to know.
   */
  charProperties(codePoint: number, preceding: number): number;
}

/** A sequence, as xterm.js names it. */
interface SequenceId {
  readonly prefix?: string;
  readonly intermediates?: string;
  readonly final: string;
}

/** The part of a terminal of xterm.js that this needs, headless or not. */
export interface UnicodeTerminal {
  /** Widths of the terminal. */
  readonly unicode: {
    register(provider: WidthProvider): void;
    activeVersion: string;
  };
  /** Parser of the terminal. */
  readonly parser: {
    registerCsiHandler(
      id: SequenceId,
      handle: (parameters: (number | number[])[]) => boolean,
    ): unknown;
    registerEscHandler(id: SequenceId, handle: () => boolean): unknown;
  };
  /** Sends an answer to the program. */
  input(data: string, wasUserInput?: boolean): void;
}

/** Bit of a state that says that VS16 makes the character an emoji. */
const MAY_BE_EMOJI = 16;
const VARIATION_16 = 0xfe0f;
const EMOJI = /^\p{Emoji}$/u;

const characters: WidthProvider = {
  version: CHARACTERS,
  wcwidth: cellWidth,
  charProperties(codePoint, preceding) {
    const width = cellWidth(codePoint);
    const before = widthOf(preceding);
    const joins = width === 0 && before > 0;
    return properties(0, joins ? before : width, joins);
  },
};

const graphemes: WidthProvider = {
  version: GRAPHEMES,
  wcwidth: cellWidth,
  charProperties(codePoint, preceding) {
    const before = widthOf(preceding);
    // Most output is ASCII, of which digits alone may become emoji.
    if (codePoint >= 0x41 && codePoint < 0x7f && preceding >> 3 === 0) {
      return properties(0, 1, false);
    }
    const state = preceding >> 3;
    const { joins, kind } = joinCluster(kindOf(state), codePoint);
    const width = cellWidth(codePoint);
    // A terminal has no place for a character without a cell but in another's.
    const isHidden = width === 0 && !joins;
    if (isHidden && before > 0) return properties(kind, before, true);
    if (!joins || before === 0) {
      const mayBe = EMOJI.test(String.fromCodePoint(codePoint));
      return properties(kind | (mayBe ? MAY_BE_EMOJI : 0), width, false);
    }
    const isWidened = kind === ClusterKind.flag ||
      (codePoint === VARIATION_16 && (state & MAY_BE_EMOJI) !== 0);
    const both = isWidened ? 2 : Math.max(before, width);
    return properties(kind | (state & MAY_BE_EMOJI), both, true);
  },
};

/** Makes a terminal count as programs of today do. */
export function useUnicode(
  terminal: UnicodeTerminal,
  mayReply: () => boolean,
): void {
  const { unicode, parser } = terminal;
  unicode.register(characters);
  unicode.register(graphemes);
  const use = (version: string): void => {
    if (unicode.activeVersion !== version) unicode.activeVersion = version;
  };
  use(CHARACTERS);
  const setMode = (final: string, version: string): void => {
    parser.registerCsiHandler({ prefix: "?", final }, (parameters) => {
      if (parameters.includes(GRAPHEME_MODE)) use(version);
      // Other modes may stand beside it.
      return false;
    });
  };
  setMode("h", GRAPHEMES);
  setMode("l", CHARACTERS);
  const reset = (): boolean => {
    use(CHARACTERS);
    return false;
  };
  parser.registerEscHandler({ final: "c" }, reset);
  parser.registerCsiHandler({ intermediates: "!", final: "p" }, reset);
  parser.registerCsiHandler(
    { prefix: "?", intermediates: "$", final: "p" },
    ([mode]) => {
      if (mode !== GRAPHEME_MODE) return false;
      const isSet = unicode.activeVersion === GRAPHEMES;
      const value = isSet ? 1 : 2;
      if (mayReply()) {
        terminal.input(`\x1b[?${GRAPHEME_MODE};${value}$y`, false);
      }
      return true;
    },
  );
}

function properties(state: number, width: number, joins: boolean): number {
  return (state << 3) | (width << 1) | (joins ? 1 : 0);
}

function widthOf(properties: number): number {
  return (properties >> 1) & 3;
}

const KINDS = Object.values(ClusterKind);

function kindOf(state: number): ClusterKind {
  return KINDS[state & 15] ?? ClusterKind.other;
}
