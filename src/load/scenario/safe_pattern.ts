/**
 * Patterns that cannot hold a run up: pure decisions without I/O.
 *
 * @module
 */

/** Characters of a text in which a pattern is searched; the rest is left out. */
export const MAX_SEARCHED = 65_536;

/** What is repeated without an end: `*`, `+` and `{2,}`. */
const UNBOUNDED = /^(?:[*+]|\{\d+,\})/;
const BOUNDED = /^\{\d+(?:,\d+)?\}/;

/**
 * Returns the part of a regular expression that repeats without an end what is
 * repeated without an end itself, such as `(\d+,)*`; `undefined` if there is
 * none. How long one of them takes can double with each character of the text.
 */
export function nestedRepeat(pattern: string): string | undefined {
  /** The groups that are open, the whole pattern first. */
  const groups = [{ start: 0, repeats: false }];
  for (let at = 0; at < pattern.length;) {
    const start = at;
    let repeats = false;
    switch (pattern[at]) {
      case "\\":
        at += 2;
        break;
      case "[":
        at = endOfClass(pattern, at);
        break;
      case "(":
        groups.push({ start, repeats: false });
        at += /^\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?/.exec(pattern.slice(at))?.[0]
          .length ?? 1;
        continue;
      case ")": {
        const group = groups.length > 1 ? groups.pop() : undefined;
        repeats = group?.repeats ?? false;
        at++;
        const rest = pattern.slice(at);
        if (repeats && UNBOUNDED.test(rest)) {
          const mark = UNBOUNDED.exec(rest)?.[0] ?? "";
          return pattern.slice(group?.start ?? 0, at + mark.length);
        }
        break;
      }
      default:
        at++;
    }
    const rest = pattern.slice(at);
    const mark = (UNBOUNDED.exec(rest) ?? BOUNDED.exec(rest))?.[0] ?? "";
    const inner = groups.at(-1);
    if (inner !== undefined && (repeats || UNBOUNDED.test(rest))) {
      inner.repeats = true;
    }
    at += mark.length;
    if (mark !== "" && pattern[at] === "?") at++;
  }
  return undefined;
}

function endOfClass(pattern: string, from: number): number {
  for (let at = from + 1; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++;
    else if (pattern[at] === "]") return at + 1;
  }
  return pattern.length;
}
