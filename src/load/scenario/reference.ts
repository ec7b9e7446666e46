/**
 * Texts with `${…}`: pure decisions without I/O.
 *
 * @module
 */

/** What stands between `${` and `}`. */
export interface Reference {
  /** The text with the dollar and the braces. */
  readonly written: string;
  /** What is before the first dot, such as the name of a feeder. */
  readonly name: string;
  /** What is after it, between dots. */
  readonly path: readonly string[];
  /** The limits of `random.int(1,100)`. */
  readonly limits?: readonly [min: number, max: number];
  /** Why it refers to nothing, if it is not even written well. */
  readonly problem?: string;
}

/** A part of a text: as it is, or to be filled in. */
export type Part = string | Reference;

const NAMES = /^([\w-]+)((?:\.[\w-]+)*)$/;
const RANGE = /^([\w-]+)\.([\w-]+)\(\s*(-?\d+)\s*,\s*(-?\d+)\s*\)$/;

/**
 * Returns the parts of a text. Before a brace `$$` stands for a dollar, so
 * `$${` is the text `${`, and `$$${price}` a dollar and a price. All other
 * dollars stand for themselves.
 */
export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let plain = "";
  let at = 0;
  for (
    let opening = text.indexOf("${");
    opening >= 0;
    opening = text.indexOf("${", at)
  ) {
    let first = opening;
    while (first > at && text[first - 1] === "$") first--;
    const dollars = opening - first + 1;
    plain += text.slice(at, first) + "$".repeat(Math.floor(dollars / 2));
    if (dollars % 2 === 0) {
      plain += "{";
      at = opening + 2;
      continue;
    }
    if (plain !== "") parts.push(plain);
    plain = "";
    const end = text.indexOf("}", opening);
    const written = end < 0
      ? text.slice(opening)
      : text.slice(opening, end + 1);
    parts.push(referenceOf(written, end < 0));
    at = opening + written.length;
  }
  plain += text.slice(at);
  if (plain !== "") parts.push(plain);
  return parts;
}

/** Returns whether a text has anything to fill in. */
export function hasReference(text: string): boolean {
  return text.includes("${") &&
    partsOf(text).some((part) => typeof part !== "string");
}

function referenceOf(written: string, isOpen: boolean): Reference {
  const wrong = (problem: string): Reference => ({
    written,
    name: "",
    path: [],
    problem,
  });
  if (isOpen) return wrong("which has no }");
  const content = written.slice(2, -1).trim();
  const range = RANGE.exec(content);
  if (range !== null) {
    const [, name = "", what = "", min, max] = range;
    return {
      written,
      name,
      path: [what],
      limits: [Number(min), Number(max)],
    };
  }
  const names = NAMES.exec(content);
  if (names === null) return wrong("which is no name");
  const [, name = "", path = ""] = names;
  return { written, name, path: path === "" ? [] : path.slice(1).split(".") };
}
