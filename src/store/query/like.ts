/**
 * What `~` looks for.
 *
 * A text without `%` is looked for anywhere; `\%`, `\_` and `\\` in it stand for
 * the second character alone. A text with a `%` that is not escaped is a pattern
 * for the whole value: `%` is any text, `_` is one character, and a backslash
 * takes what follows as it is.
 *
 * @module
 */
import { lowerAscii } from "./values.ts";

/** Any text, one character, or this character. */
type Part = "any" | "one" | { readonly character: string };

/** What `~` looks for, for SQL and for memory. */
export interface LikePattern {
  /** For `LIKE … ESCAPE '\'`. */
  readonly text: string;
  /** Returns whether a value matches, letters A to Z in either case. */
  matches(value: string): boolean;
}

/** Returns the pattern of a text. */
export function likePatternOf(text: string): LikePattern {
  const parts = partsOf(text);
  return {
    text: parts.map(written).join(""),
    matches: (value) => matches(parts, [...lowerAscii(value)]),
  };
}

function partsOf(text: string): Part[] {
  const characters = [...text];
  const parts: Part[] = [];
  let isPattern = false;
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] ?? "";
    const next = characters[index + 1];
    if (character === "\\" && next !== undefined && "\\%_".includes(next)) {
      parts.push({ character: next });
      index++;
    } else if (character === "%") {
      isPattern = true;
      parts.push("any");
    } else parts.push(character === "_" ? "one" : { character });
  }
  if (isPattern) return parts;
  const literal = parts.map((part) =>
    part === "one" ? { character: "_" } : part
  );
  return ["any", ...literal, "any"];
}

function written(part: Part): string {
  if (part === "any") return "%";
  if (part === "one") return "_";
  return "\\%_".includes(part.character)
    ? `\\${part.character}`
    : part.character;
}

/** Goes back to the last `%` alone, so that its time is length by length. */
function matches(parts: readonly Part[], value: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  let lastAny = -1;
  let resumeAt = 0;
  while (at < value.length) {
    const wanted = parts[part];
    if (wanted === "any") {
      lastAny = part++;
      resumeAt = at;
    } else if (
      wanted !== undefined &&
      (wanted === "one" || lowerAscii(wanted.character) === value[at])
    ) {
      part++;
      at++;
    } else if (lastAny >= 0) {
      part = lastAny + 1;
      at = ++resumeAt;
    } else return false;
  }
  while (parts[part] === "any") part++;
  return part === parts.length;
}
