/**
 * The settings of a person, which stay in the browser.
 *
 * @module
 */

/** Smallest and largest size of the font, in pixels. */
export const FONT_SIZES = { min: 6, max: 40, initial: 14 } as const;
/** The appearances that can be chosen. */
export const THEMES = ["system", "dark", "light"] as const;
/** Name under which the settings stay. */
export const KEY = "troupe-terminal";
const MAX_FONT = 100;

/** What a person has set. */
export interface Settings {
  /** Size of the font in pixels. */
  readonly fontSize: number;
  /** Family of the font; empty for that of the system. */
  readonly font: string;
  /** Whether the page is dark or light, or as the system is. */
  readonly theme: typeof THEMES[number];
  /** Whether a screen reader hears the output. */
  readonly screenReader: boolean;
  /** Whether colours of programs are shown as they are, legible or not. */
  readonly exactColours: boolean;
}

const DEFAULTS: Settings = {
  fontSize: FONT_SIZES.initial,
  font: "",
  theme: "system",
  screenReader: false,
  exactColours: false,
};

/** Returns a size of the font within the bounds. */
export function boundedFontSize(size: number): number {
  const { min, max, initial } = FONT_SIZES;
  if (!Number.isFinite(size)) return initial;
  return Math.min(max, Math.max(min, Math.round(size)));
}

/** Returns the settings in a text; what is missing or wrong has its default. */
export function parseSettings(text: string | null): Settings {
  const value = parse(text ?? "");
  if (typeof value !== "object" || value === null) return DEFAULTS;
  const given: Partial<Record<keyof Settings, unknown>> = value;
  const { fontSize, font, screenReader, exactColours } = given;
  const theme = THEMES.find((theme) => theme === given.theme);
  return {
    fontSize: typeof fontSize === "number"
      ? boundedFontSize(fontSize)
      : DEFAULTS.fontSize,
    font: typeof font === "string" ? font.slice(0, MAX_FONT) : DEFAULTS.font,
    theme: theme ?? DEFAULTS.theme,
    screenReader: screenReader === true,
    exactColours: exactColours === true,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where texts stay: the part of `localStorage` that is used. */
export type TextStore = Pick<Storage, "getItem" | "setItem">;

/** The settings, and who hears of a change. */
export class SettingsStore {
  readonly #store: TextStore | undefined;
  readonly #listeners: ((settings: Settings) => void)[] = [];
  #settings: Settings;

  /** Reads the settings; without a store, they last as long as the page. */
  constructor(store: TextStore | undefined) {
    this.#store = store;
    this.#settings = this.#read();
  }

  /** The settings now. */
  get current(): Settings {
    return this.#settings;
  }

  /** Calls a function now, and when the settings have changed. */
  follow(listener: (settings: Settings) => void): void {
    this.#listeners.push(listener);
    listener(this.#settings);
  }

  /** Changes settings, and keeps them. */
  change(changes: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...changes };
    try {
      this.#store?.setItem(KEY, JSON.stringify(this.#settings));
    } catch {
      // The browser keeps nothing, or has no room: they last as long as the page.
    }
    this.#notify();
  }

  /** Takes what another page has set. */
  reload(): void {
    this.#settings = this.#read();
    this.#notify();
  }

  #read(): Settings {
    try {
      return parseSettings(this.#store?.getItem(KEY) ?? null);
    } catch {
      return DEFAULTS;
    }
  }

  #notify(): void {
    for (const listener of this.#listeners) listener(this.#settings);
  }
}
