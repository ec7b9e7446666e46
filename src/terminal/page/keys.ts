/**
 * The bytes of keys that phones do not have: pure decisions.
 *
 * @module
 */

/** Final characters of the keys that move the cursor. */
const CURSOR = {
  up: "A",
  down: "B",
  right: "C",
  left: "D",
  home: "H",
  end: "F",
} as const;
/** Numbers of the keys that turn pages. */
const PAGES = { page_up: 5, page_down: 6 } as const;

/** The name of a key with a sequence of its own. */
export type SpecialKey = keyof typeof CURSOR | keyof typeof PAGES;

/** The keys that are held while another one is pressed. */
export interface Modifiers {
  readonly ctrl: boolean;
  readonly alt: boolean;
}

/** Whether a text is the name of a key with a sequence of its own. */
export function isSpecialKey(name: string): name is SpecialKey {
  return Object.hasOwn(CURSOR, name) || Object.hasOwn(PAGES, name);
}

/**
 * Returns the sequence of a key.
 *
 * @param isApplication Whether the program has set application mode (DECCKM).
 */
export function specialKey(
  key: SpecialKey,
  isApplication: boolean,
  { ctrl, alt }: Modifiers,
): string {
  const held = 1 + (alt ? 2 : 0) + (ctrl ? 4 : 0);
  if (key === "page_up" || key === "page_down") {
    return `\x1b[${PAGES[key]}${held === 1 ? "" : `;${held}`}~`;
  }
  const final = CURSOR[key];
  if (held > 1) return `\x1b[1;${held}${final}`;
  return isApplication ? `\x1bO${final}` : `\x1b[${final}`;
}

/** Returns typed text with the keys that are held. */
export function withModifiers(text: string, held: Modifiers): string {
  const typed = held.ctrl ? withCtrl(text) : text;
  return held.alt ? `\x1b${typed}` : typed;
}

/** Returns a character with Ctrl, or unchanged if it has no such form. */
export function withCtrl(text: string): string {
  if (text === " ") return "\0";
  if (text === "?") return "\x7f";
  if (!/^[@-_a-z]$/.test(text)) return text;
  return String.fromCharCode(text.charCodeAt(0) & 0x1f);
}

/** Whether a text reports that the terminal has the focus, or has lost it. */
export function isFocusReport(text: string): boolean {
  return text === "\x1b[I" || text === "\x1b[O";
}

/** Returns the bytes of a text in which each character is one byte. */
export function binaryBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
