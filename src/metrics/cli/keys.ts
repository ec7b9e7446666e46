/**
 * The keys that a terminal sends.
 *
 * @module
 */

/** A key: its name, or the character that it types. */
export type Key =
  | { readonly type: "character"; readonly character: string }
  | { readonly type: KeyName };

/** A key that types nothing. */
export type KeyName =
  | "up"
  | "down"
  | "left"
  | "right"
  | "page_up"
  | "page_down"
  | "home"
  | "end"
  | "enter"
  | "escape"
  | "backspace"
  | "tab"
  | "interrupt";

const SEQUENCES: Readonly<Record<string, KeyName>> = {
  "[A": "up",
  "[B": "down",
  "[C": "right",
  "[D": "left",
  "OA": "up",
  "OB": "down",
  "OC": "right",
  "OD": "left",
  "[5~": "page_up",
  "[6~": "page_down",
  "[H": "home",
  "[F": "end",
  "[1~": "home",
  "[4~": "end",
  "OH": "home",
  "OF": "end",
};

const CONTROLS: Readonly<Record<string, KeyName>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x03": "interrupt",
};

const ESCAPE = "\x1b";

/**
 * Returns the keys of what a terminal has sent at once. An escape that nothing
 * follows is the key of that name.
 */
export function parseKeys(input: string): Key[] {
  const keys: Key[] = [];
  let rest = input;
  while (rest !== "") {
    const isEscape = rest.startsWith(ESCAPE);
    const sequence = isEscape
      ? /^(\[[0-9;]*[~A-Za-z]|O[A-Z])/.exec(rest.slice(1))?.[0]
      : undefined;
    const [character = ""] = rest;
    const type = !isEscape
      ? CONTROLS[character]
      : sequence === undefined
      ? "escape"
      : SEQUENCES[sequence];
    if (type !== undefined) keys.push({ type });
    else if (!isEscape && character >= " ") {
      keys.push({ type: "character", character });
    }
    rest = rest.slice(
      isEscape ? 1 + (sequence?.length ?? 0) : character.length,
    );
  }
  return keys;
}
