/**
 * The screen: xterm.js with its add-ons.
 *
 * @module
 */
import { ClipboardAddon } from "@xterm/addon-clipboard";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { type IFunctionIdentifier, Terminal } from "@xterm/xterm";

const FONT =
  'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';

/** Queries of programs, which the terminal answers by itself. */
const QUERIES: readonly IFunctionIdentifier[] = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { prefix: "=", final: "c" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
  { prefix: ">", final: "q" },
];
/** Sequences for colours, which are queries if the value is `?`. */
const COLOUR_QUERIES = [4, 10, 11, 12];
/** Sequence that writes text to the clipboard, or queries it. */
const CLIPBOARD = 52;

/** Colours; those of xterm.js that are legible on the background are kept. */
const COLOURS = {
  background: "#16181d",
  foreground: "#d7dae0",
  cursor: "#7fb4ff",
  selectionBackground: "#3d5a80",
  red: "#e86671",
  blue: "#61a0ee",
  magenta: "#c586d0",
  brightBlack: "#868c98",
  brightRed: "#ff8a8a",
};

/** A terminal, and the add-ons that the page uses. */
export interface XtermScreen {
  /** The terminal itself. */
  readonly terminal: Terminal;
  /** Add-on that proposes a size. */
  readonly fit: FitAddon;
  /** Add-on that finds text. */
  readonly search: SearchAddon;
}

/** The permissions of a program, which the page decides. */
export interface ScreenPermissions {
  /** Whether queries in the output that is parsed now may be answered. */
  mayReply(): boolean;
  /** Whether the program may write text to the clipboard. */
  mayCopy(): boolean;
}

/** Opens a terminal in an element. */
export function openScreen(
  parent: HTMLElement,
  permissions: ScreenPermissions,
): XtermScreen {
  const terminal = new Terminal({
    // Decorations, which show found text, need it.
    allowProposedApi: true,
    cursorBlink: true,
    fontFamily: FONT,
    fontSize: 14,
    scrollback: 5000,
    theme: COLOURS,
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(
    new WebLinksAddon((_event, address) => {
      globalThis.open(address, "_blank", "noopener,noreferrer");
    }),
  );
  terminal.loadAddon(
    new ClipboardAddon(undefined, {
      // Programs must not read the clipboard.
      readText: () => "",
      writeText: (_selection, text) =>
        permissions.mayCopy() ? copy(text) : void 0,
    }),
  );
  ignoreQueries(terminal, () => !permissions.mayReply());
  terminal.attachCustomKeyEventHandler((event) => {
    if (!isCopyKey(event)) return true;
    event.preventDefault();
    if (event.type === "keydown") void copy(terminal.getSelection());
    return false;
  });
  terminal.open(parent);
  return { terminal, fit, search };
}

/**
 * Ignores queries and writes to the clipboard while `isQuiet` returns true, since
 * replayed output would write old text there again. Queries of the clipboard are
 * always ignored.
 */
function ignoreQueries(terminal: Terminal, isQuiet: () => boolean): void {
  for (const query of QUERIES) {
    terminal.parser.registerCsiHandler(query, isQuiet);
  }
  for (const query of COLOUR_QUERIES) {
    terminal.parser.registerOscHandler(
      query,
      (data) => data.includes("?") && isQuiet(),
    );
  }
  terminal.parser.registerOscHandler(
    CLIPBOARD,
    (data) => data.endsWith(";?") || isQuiet(),
  );
  terminal.parser.registerDcsHandler(
    { intermediates: "$", final: "q" },
    isQuiet,
  );
}

function isCopyKey(event: KeyboardEvent): boolean {
  return event.ctrlKey && event.shiftKey && event.code === "KeyC";
}

async function copy(text: string): Promise<void> {
  if (text === "") return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The browser refuses it: no secure context, or no permission.
  }
}
