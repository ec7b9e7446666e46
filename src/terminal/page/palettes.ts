/**
 * The colours of the terminal, dark and light.
 *
 * @module
 */
/** Least contrast of text on its background (WCAG 2.2, 1.4.3). */
export const LEAST_CONTRAST = 4.5;

/** Whether the page is dark or light. */
export type Appearance = "dark" | "light";

/** The colours that programs choose by number. */
type Numbered =
  | "black"
  | "red"
  | "green"
  | "yellow"
  | "blue"
  | "magenta"
  | "cyan"
  | "white";

/** The names of colours, as xterm.js has them. */
export type ColourName =
  | Numbered
  | `bright${Capitalize<Numbered>}`
  | "background"
  | "foreground"
  | "cursor"
  | "cursorAccent"
  | "selectionBackground";

/** The colours of one appearance. */
export interface Palette {
  /** Colours of the terminal. */
  readonly theme: Readonly<Record<ColourName, string>>;
  /** Colours of found text. */
  readonly found: {
    readonly decorations: {
      readonly matchBackground: string;
      readonly matchOverviewRuler: string;
      readonly activeMatchBackground: string;
      readonly activeMatchColorOverviewRuler: string;
    };
  };
}

/**
 * Each colour has the contrast on the background, but for black on dark, which
 * programs use as a background: as text, it is adjusted.
 */
export const PALETTES: Readonly<Record<Appearance, Palette>> = {
  dark: {
    theme: {
      background: "#16181d",
      foreground: "#d7dae0",
      cursor: "#7fb4ff",
      cursorAccent: "#16181d",
      selectionBackground: "#3d5a80",
      black: "#2e3436",
      red: "#e86671",
      green: "#5fb33a",
      yellow: "#c4a000",
      blue: "#61a0ee",
      magenta: "#c586d0",
      cyan: "#2fb3b5",
      white: "#d3d7cf",
      brightBlack: "#868c98",
      brightRed: "#ff8a8a",
      brightGreen: "#8ae234",
      brightYellow: "#fce94f",
      brightBlue: "#8cbcf5",
      brightMagenta: "#d9a5e0",
      brightCyan: "#34e2e2",
      brightWhite: "#eeeeec",
    },
    found: {
      decorations: {
        matchBackground: "#5c4a1e",
        matchOverviewRuler: "#ffd479",
        activeMatchBackground: "#7d5c17",
        activeMatchColorOverviewRuler: "#ffffff",
      },
    },
  },
  light: {
    theme: {
      background: "#ffffff",
      foreground: "#1c2027",
      cursor: "#1f6fd6",
      cursorAccent: "#ffffff",
      selectionBackground: "#b9d6fb",
      black: "#1c2027",
      red: "#b3261e",
      green: "#176b33",
      yellow: "#7a5200",
      blue: "#0b57b8",
      magenta: "#7442c8",
      cyan: "#0b6a7a",
      white: "#6b7480",
      brightBlack: "#656d76",
      brightRed: "#c62828",
      brightGreen: "#12743f",
      brightYellow: "#8a5a00",
      brightBlue: "#1d66c9",
      brightMagenta: "#9a2f8f",
      brightCyan: "#0b6f86",
      brightWhite: "#57606c",
    },
    found: {
      decorations: {
        matchBackground: "#ffe7a3",
        matchOverviewRuler: "#a15c00",
        activeMatchBackground: "#ffc94d",
        activeMatchColorOverviewRuler: "#1c2027",
      },
    },
  },
};
