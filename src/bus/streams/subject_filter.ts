/**
 * Patterns that are matched with many subjects.
 *
 * @module
 */
import { matches } from "../subject_rules.ts";

/** A pattern, prepared to be matched. */
export class SubjectFilter {
  readonly pattern: string;
  /** Whether it is one subject. */
  readonly isExact: boolean;
  /** Whether it matches every subject. */
  readonly isAll: boolean;
  /** What all subjects begin with: tokens and the dot after each. */
  readonly prefix: string;
  /** What stands after the prefix, if it is the last: `>`, or `*`. */
  readonly #rest: string | undefined;

  constructor(pattern: string) {
    this.pattern = pattern;
    const tokens = pattern.split(".");
    const wild = tokens.findIndex((token) => token === "*" || token === ">");
    this.isExact = wild < 0;
    this.isAll = pattern === ">";
    this.prefix = tokens.slice(0, Math.max(wild, 0)).map((token) => `${token}.`)
      .join("");
    this.#rest = wild === tokens.length - 1 ? tokens[wild] : undefined;
  }

  /** Returns whether the pattern matches a subject. */
  test(subject: string): boolean {
    if (this.isExact) return subject === this.pattern;
    if (this.isAll) return true;
    if (!subject.startsWith(this.prefix)) return false;
    if (this.#rest === ">") return true;
    return this.#rest === "*"
      ? !subject.includes(".", this.prefix.length)
      : matches(this.pattern, subject);
  }
}

/** Returns whether there is a subject that both patterns match. */
export function overlap(first: string, second: string): boolean {
  const one = first.split(".");
  const other = second.split(".");
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [one[index], other[index]];
    if (a === undefined || b === undefined) return false;
    if (a === ">" || b === ">") return true;
    if (a !== b && a !== "*" && b !== "*") return false;
  }
  return true;
}
