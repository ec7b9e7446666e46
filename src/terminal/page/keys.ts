/**
 * What keys say that a phone does not have: pure decisions.
 *
 * @module
 */

/** The final characters of the sequences of the arrow keys. */
const ARROWS = { up: "A", down: "B", right: "C", left: "D" } as const;

/** One of the arrow keys. */
export type Arrow = keyof typeof ARROWS;

/** Whether a text names one of the arrow keys. */
export function isArrow(name: string): name is Arrow {
  return Object.hasOwn(ARROWS, name);
}

/**
 * What an arrow key says.
 *
 * @param isApplication Whether the program has switched the keys (DECCKM).
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

/** What a character says with Ctrl; one that has no such form, as it is. */
export function withCtrl(text: string): string {
  if (text === " ") return "\0";
  if (text === "?") return "\x7f";
  if (!/^[@-_a-z]$/.test(text)) return text;
  return String.fromCharCode(text.charCodeAt(0) & 0x1f);
}

/** Bytes of a text in which each character stands for one byte. */
export function binaryBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
