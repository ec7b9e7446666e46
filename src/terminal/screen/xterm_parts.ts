/**
 * The parts of a terminal of xterm.js that its API does not show, and that a
 * snapshot needs. They belong to the version that `deno.json` pins; whether they
 * are there is checked when a terminal is opened.
 *
 * @module
 */
import headless from "@xterm/headless";

/** A terminal without a page. */
export type Terminal = headless.Terminal;

/** Colours and flags, as xterm.js packs them. */
export interface Attributes {
  readonly fg: number;
  readonly bg: number;
}

/** What does not fit into two numbers. */
export interface Extended {
  /** Style and colour of the underline, whatever a hyperlink shows instead. */
  readonly _ext: number;
  /** Number of the hyperlink; 0 for none. */
  readonly urlId: number;
}

/** One cell. */
export interface Cell extends Attributes {
  readonly extended: Extended;
  getChars(): string;
  getWidth(): number;
}

/** One row of cells. */
export interface Line {
  readonly isWrapped: boolean;
  loadCell(column: number, cell: Cell): Cell;
}

/** A set of characters that replaces ASCII; `undefined` for ASCII itself. */
export type Charset = Readonly<Record<string, string>> | undefined;

/** One of the two buffers. */
export interface Buffer {
  readonly x: number;
  readonly y: number;
  readonly ybase: number;
  readonly scrollTop: number;
  readonly scrollBottom: number;
  readonly tabs: Readonly<Record<number, boolean | undefined>>;
  readonly savedX: number;
  readonly savedY: number;
  readonly savedCurAttrData: Attributes;
  readonly savedCharset: Charset;
  /** Work that waits for an idle moment. */
  readonly _memoryCleanupQueue: { clear(): void };
  readonly lines: {
    readonly length: number;
    get(index: number): Line | undefined;
  };
}

/** The inside of a terminal. */
export interface XtermParts {
  readonly buffers: {
    readonly normal: Buffer;
    readonly alt: Buffer;
    readonly active: Buffer;
  };
  readonly coreService: {
    readonly isCursorHidden: boolean;
    readonly modes: { readonly insertMode: boolean };
    readonly decPrivateModes: {
      readonly applicationCursorKeys: boolean;
      readonly applicationKeypad: boolean;
      readonly bracketedPasteMode: boolean;
      readonly cursorBlink: boolean | undefined;
      readonly cursorStyle: "block" | "underline" | "bar" | undefined;
      readonly origin: boolean;
      readonly reverseWraparound: boolean;
      readonly sendFocus: boolean;
      readonly synchronizedOutput: boolean;
      readonly wraparound: boolean;
    };
  };
  readonly coreMouseService: {
    readonly activeProtocol: string;
    readonly activeEncoding: string;
  };
  readonly _charsetService: {
    readonly charset: Charset;
    readonly glevel: number;
    readonly _charsets: readonly Charset[];
  };
  readonly _oscLinkService: {
    getLinkData(
      id: number,
    ): { readonly id?: string | undefined; readonly uri: string } | undefined;
  };
  readonly _inputHandler: {
    readonly _curAttrData: Attributes & { readonly extended: Extended };
    readonly _windowTitle: string;
    readonly _iconName: string;
    readonly _parser: {
      readonly currentState: number;
      readonly precedingJoinState: number;
    };
  };
  /** Parses bytes before it returns. */
  writeSync(bytes: Uint8Array | string): void;
}

/** The parts by name, as they are looked for. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  buffers: ["normal", "alt", "active"],
  coreService: ["isCursorHidden", "modes", "decPrivateModes"],
  coreMouseService: ["activeProtocol", "activeEncoding"],
  _charsetService: ["glevel", "_charsets"],
  _oscLinkService: ["getLinkData"],
  _inputHandler: ["_curAttrData", "_windowTitle", "_iconName", "_parser"],
};

/** Opens a terminal without a page. */
export function openTerminal(
  columns: number,
  rows: number,
  scrollback: number,
): Terminal {
  return new headless.Terminal({
    allowProposedApi: true,
    cols: columns,
    rows,
    scrollback,
    logLevel: "off",
  });
}

/**
 * Returns the inside of a terminal.
 *
 * @throws {TypeError} if it is that of another version.
 */
export function partsOf(terminal: Terminal): XtermParts {
  const core: unknown = Reflect.get(terminal, "_core");
  if (isParts(core)) return core;
  throw new TypeError(
    "Cannot look into the terminal: it is of another version of @xterm/headless, use the one that deno.json names",
  );
}

function isParts(core: unknown): core is XtermParts {
  if (!isObject(core) || typeof core["writeSync"] !== "function") return false;
  return Object.entries(NEEDED).every(([name, fields]) => {
    const part = core[name];
    return isObject(part) && fields.every((field) => field in part);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
