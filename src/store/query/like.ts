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
import { areFound, LikePiece, type PiecePart } from "./like_piece.ts";
import { lowerAscii } from "./values.ts";

/** Any text, one character, or this character. */
type Part = "any" | PiecePart;

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
  const lower = parts.map((part) =>
    typeof part === "string" ? part : { character: lowerAscii(part.character) }
  );
  return {
    text: parts.map(written).join(""),
    matches: lower.includes("one") ? matcherOf(lower) : literalMatcherOf(lower),
  };
}

/** Returns what matches the values of a pattern without `_`. */
function literalMatcherOf(parts: readonly Part[]): LikePattern["matches"] {
  const pieces = piecesOf(parts);
  return (value) => hasPieces(pieces, lowerAscii(value));
}

/** Returns what matches the values of a pattern with `_`. */
function matcherOf(parts: readonly Part[]): LikePattern["matches"] {
  const pieces: LikePiece[] = [];
  let from = 0;
  for (let at = 0; at <= parts.length; at++) {
    if (at < parts.length && parts[at] !== "any") continue;
    const piece = parts.slice(from, at).filter((part) => part !== "any");
    pieces.push(new LikePiece(piece));
    from = at + 1;
  }
  return (value) => areFound(pieces, [...lowerAscii(value)]);
}

/** The texts between `%`, in their order. */
function piecesOf(parts: readonly Part[]): string[] {
  const pieces = [""];
  for (const part of parts) {
    if (part === "any") pieces.push("");
    else if (part !== "one") {
      pieces.push((pieces.pop() ?? "") + part.character);
    }
  }
  return pieces;
}

/** The first piece begins the value, the last one ends it, if there are two. */
function hasPieces(pieces: readonly string[], value: string): boolean {
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return value === first;
  if (!value.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = value.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
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
