/**
 * The screen: xterm.js with its add-ons.
 *
 * @module
 */
import { ClipboardAddon } from "@xterm/addon-clipboard";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Terminal } from "@xterm/xterm";
import { useUnicode } from "../unicode/unicode_modes.ts";
import { type Appearance, LEAST_CONTRAST, PALETTES } from "./palettes.ts";
import { ignoreQueries } from "./queries.ts";
import type { Settings } from "./settings.ts";

const FONT =
  'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';

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
  /** Copies a text of the program. */
  copy(text: string): Promise<void>;
}

/** Opens a terminal in an element. */
export function openScreen(
  parent: HTMLElement,
  permissions: ScreenPermissions,
): XtermScreen {
  const terminal = new Terminal({
    // Decorations, which show found text, need it.
    allowProposedApi: true,
    // A byte that is no part of a sequence is no error of the page.
    logLevel: "off",
    scrollback: 5000,
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(
    new ClipboardAddon(undefined, {
      // Programs must not read the clipboard.
      readText: () => "",
      writeText: (_selection, text) =>
        permissions.mayCopy() ? permissions.copy(text) : void 0,
    }),
  );
  useUnicode(terminal, () => permissions.mayReply());
  // After all others, and thus asked before them.
  ignoreQueries(terminal, () => !permissions.mayReply());
  terminal.open(parent);
  return { terminal, fit, search };
}

/** Gives a terminal the appearance that is set. */
export function dressScreen(
  terminal: Terminal,
  settings: Settings,
  appearance: Appearance,
): void {
  const { options } = terminal;
  options.fontSize = settings.fontSize;
  options.fontFamily = settings.font === ""
    ? FONT
    : `${quoted(settings.font)}, ${FONT}`;
  options.theme = PALETTES[appearance].theme;
  options.minimumContrastRatio = settings.exactColours ? 1 : LEAST_CONTRAST;
  options.screenReaderMode = settings.screenReader;
}

/** Returns the name of a font as style sheets have it. */
function quoted(family: string): string {
  return `"${family.replaceAll(/["\\\n]/g, "")}"`;
}
