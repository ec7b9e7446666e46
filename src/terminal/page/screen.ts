/**
 * The terminal as one sees it: xterm.js with its add-ons.
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

/** What a program asks a terminal, which then answers by itself. */
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
/** Colours: these ask when they have a `?` for a value. */
const COLOUR_QUERIES = [4, 10, 11, 12];
/** Puts text into the clipboard, or asks for it. */
const CLIPBOARD = 52;

/** Those that can be read on the background; the others of xterm.js can. */
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

/** A terminal and the add-ons that the page talks to. */
export interface XtermScreen {
  /** The terminal itself. */
  readonly terminal: Terminal;
  /** Proposes a size. */
  readonly fit: FitAddon;
  /** Finds text. */
  readonly search: SearchAddon;
}

/** What the screen asks the page. */
export interface ScreenQuestions {
  /** Whether what is being parsed may be answered. */
  mayReply(): boolean;
  /** Whether the program may put text into the clipboard. */
  mayCopy(): boolean;
}

/** Opens a terminal in an element. */
export function openScreen(
  parent: HTMLElement,
  questions: ScreenQuestions,
): XtermScreen {
  const terminal = new Terminal({
    // Decorations, with which found text is shown, need it.
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
      // What is in the clipboard is no business of a program.
      readText: () => "",
      writeText: (_selection, text) =>
        questions.mayCopy() ? copy(text) : void 0,
    }),
  );
  stayQuiet(terminal, () => !questions.mayReply());
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
 * Drops the queries in what is being parsed while `isQuiet` says so, and what
 * is for the clipboard: a replay would put old text there again. What is in
 * the clipboard is never told.
 */
function stayQuiet(terminal: Terminal, isQuiet: () => boolean): void {
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
    // The browser does not let us: no secure context, or no permission.
  }
}
