/**
 * Names that files are kept under, as PocketBase makes them: what the name of
 * the file has of plain letters and digits, and a part that nobody guesses.
 *
 * @module
 */

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
/** Characters of the part that nobody guesses. */
const RANDOM = 10;
/** Characters of the key of an object. */
const KEY = 24;
/** Characters that are kept of a name, and of its ending. */
const MAX_BASE = 100;
const MAX_ENDING = 10;

/** Returns the name that a record has for a file. */
export function storedName(given: string): string {
  const name = given.slice(given.search(/[^/\\]*$/));
  const dot = name.lastIndexOf(".");
  const base = plain(dot > 0 ? name.slice(0, dot) : name).slice(0, MAX_BASE);
  const ending = dot > 0
    ? plain(name.slice(dot + 1)).replaceAll("_", "").slice(0, MAX_ENDING)
    : "";
  return `${base === "" ? "file" : base}_${randomText(RANDOM)}${
    ending === "" ? "" : `.${ending.toLowerCase()}`
  }`;
}

/** Returns a key for the object of a file. */
export function newObjectKey(): string {
  return randomText(KEY);
}

function plain(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}+/gu, "")
    .replaceAll(/[^A-Za-z0-9_-]+/g, "_").replaceAll(/^_+|_+$/g, "");
}

function randomText(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      // Each letter is as likely as any other.
      if (byte >= 252 || text.length === length) continue;
      text += LETTERS[byte % LETTERS.length];
    }
  }
  return text;
}
