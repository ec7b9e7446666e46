/**
 * The bytes of keys that phones do not have: pure decisions.
 *
 * @module
 */

/** Final characters of the sequences of the arrow keys. */
const ARROWS = { up: "A", down: "B", right: "C", left: "D" } as const;

/** The name of an arrow key. */
export type Arrow = keyof typeof ARROWS;

/** Whether a text is the name of an arrow key. */
export function isArrow(name: string): name is Arrow {
  return Object.hasOwn(ARROWS, name);
}

/**
 * Returns the sequence of an arrow key.
 *
 * @param isApplication Whether the program has set application mode (DECCKM).
 */
export function arrowKey(
  arrow: Arrow,
  isApplication: boolean,
  isCtrl: boolean,
): string {
  const final = ARROWS[arrow];
  if (isCtrl) return `\x1b[1;5${final}`;
  return isApplication ? `\x1bO${final}` : `\x1b[${final}`;
}

/** Returns a character with Ctrl, or unchanged if it has no such form. */
export function withCtrl(text: string): string {
  if (text === " ") return "\0";
  if (text === "?") return "\x7f";
  if (!/^[@-_a-z]$/.test(text)) return text;
  return String.fromCharCode(text.charCodeAt(0) & 0x1f);
}

/** Returns the bytes of a text in which each character is one byte. */
export function binaryBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
