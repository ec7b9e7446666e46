/**
 * The words of the filter language.
 *
 * @module
 */
import { QueryError } from "./query_error.ts";

/** A word of a filter. `at` is where it begins, `raw` how it is written. */
export interface Token {
  readonly kind:
    | "name"
    | "text"
    | "number"
    | "operator"
    | "join"
    | "open"
    | "close"
    | "parameter"
    | "end";
  /** What it means: a text without its quotes, a parameter without braces. */
  readonly value: string;
  readonly raw: string;
  readonly at: number;
}

/** Characters of a word that an error shows. */
const MAX_SHOWN = 40;

const SPACE = /(?:[ \t\r\n]|\/\/[^\n]*)+/y;
const NAME = /[A-Za-z_@#][A-Za-z0-9_.:]*/y;
const NUMBER = /-?\d+(?:\.\d+)?/y;
const PARAMETER = /\{:([A-Za-z0-9_]+)\}/y;
const OPERATOR = /[=?!<>~]+/y;
const JOIN = /[&|]+/y;

const OPERATORS = ["=", "!=", ">", ">=", "<", "<=", "~", "!~"];

/**
 * Returns the words of a filter, the last of them its end.
 *
 * @throws {QueryError} if something is no word of the language
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (true) {
    at += matched(SPACE, text, at)?.length ?? 0;
    if (at >= text.length) break;
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.raw.length;
  }
  tokens.push({ kind: "end", value: "", raw: "", at: text.length });
  return tokens;
}

function tokenAt(text: string, at: number): Token {
  const first = text.charAt(at);
  if (first === "(") return { kind: "open", value: first, raw: first, at };
  if (first === ")") return { kind: "close", value: first, raw: first, at };
  if (first === "'" || first === '"') return quotedAt(text, at, first);
  const name = matched(NAME, text, at);
  if (name !== undefined) return { kind: "name", value: name, raw: name, at };
  const number = matched(NUMBER, text, at);
  if (number !== undefined) {
    const rest = text.charAt(at + number.length);
    if (/[A-Za-z0-9_.]/.test(rest)) {
      throw syntax(at, `${number}${rest}`, "a number such as 12, -3 or 4.5");
    }
    return { kind: "number", value: number, raw: number, at };
  }
  const parameter = matched(PARAMETER, text, at);
  if (parameter !== undefined) {
    const value = parameter.slice(2, -1);
    return { kind: "parameter", value, raw: parameter, at };
  }
  const operator = matched(OPERATOR, text, at);
  if (operator !== undefined) {
    const bare = operator.startsWith("?") ? operator.slice(1) : operator;
    if (!OPERATORS.includes(bare)) {
      throw syntax(at, operator, "an operator such as =, !=, ~, >= or ?=");
    }
    return { kind: "operator", value: operator, raw: operator, at };
  }
  const join = matched(JOIN, text, at);
  if (join === "&&" || join === "||") {
    return { kind: "join", value: join, raw: join, at };
  }
  if (join !== undefined) throw syntax(at, join, "&& or ||");
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  throw syntax(at, character, "a field, a value, an operator or a parenthesis");
}

/** A backslash escapes the quote that began the text, and nothing else. */
function quotedAt(text: string, at: number, quote: string): Token {
  let end = at + 1;
  while (true) {
    end = text.indexOf(quote, end);
    if (end < 0) {
      throw syntax(at, text.slice(at), `a text that ends with ${quote}`);
    }
    if (text.charAt(end - 1) !== "\\" || end - 1 === at) break;
    end += 1;
  }
  const raw = text.slice(at, end + 1);
  const value = raw.slice(1, -1).replaceAll(`\\${quote}`, quote);
  if (value.includes("\0")) throw syntax(at, "U+0000", "a text without it");
  return { kind: "text", value, raw, at };
}

function matched(
  pattern: RegExp,
  text: string,
  at: number,
): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Returns the error of a text that does not parse. */
export function syntax(
  position: number,
  found: string,
  expected: string,
): QueryError {
  const cut = [...found].slice(0, MAX_SHOWN).join("");
  const shown = cut.length < found.length ? `${cut}…` : cut;
  return new QueryError({
    part: "filter",
    code: "syntax",
    position,
    found: shown === "" ? "its end" : JSON.stringify(shown),
    expected,
  });
}
