/**
 * From a text to a filter, in the language that users of PocketBase know.
 *
 * @module
 */
import { checkString } from "../../checks/internal.ts";
import { closestName } from "../../checks/internal.ts";
import {
  ALL,
  allOf,
  anyOf,
  type FieldModifier,
  type Filter,
  type FilterOperand,
  type FilterOperator,
  type FilterValue,
  MOMENT_NAMES,
  type MomentName,
  type RequestModifier,
} from "./filter.ts";
import { dateToText } from "./moments.ts";
import { syntax, type Token, tokensOf } from "./filter_tokens.ts";
import { QueryError } from "./query_error.ts";

/** Values that a text names by `{:name}`. */
export type FilterParameters = Readonly<
  Record<string, FilterValue | Date | readonly FilterValue[]>
>;

/** How a text is parsed. */
export interface ParseOptions {
  /** What stands for `{:name}`. Default: none. */
  readonly parameters?: FilterParameters;
  /** Whether `@request.*` may be used, as in rules. Default: false. */
  readonly isRule?: boolean;
}

/** The longest text of a filter, in UTF-16 units. */
export const MAX_FILTER_LENGTH = 3_500;
/** The most comparisons of a filter. */
export const MAX_FILTER_TERMS = 200;
/** The most parentheses around a comparison. */
export const MAX_FILTER_DEPTH = 16;

const FIELD_MODIFIERS: readonly string[] = ["length", "each", "lower"];
const REQUEST_MODIFIERS: readonly string[] = [
  "isset",
  "changed",
  ...FIELD_MODIFIERS,
];
const REQUEST_PARTS = ["auth", "body", "query", "headers", "method", "context"];

/**
 * Returns the filter that a text stands for. A text of nothing but spaces and
 * comments is the filter that every record meets.
 *
 * Whether its fields exist is known when it meets a schema.
 *
 * @param options May be left out; then there are no parameters.
 * @throws {QueryError} if the text does not parse, a parameter is missing, or
 * it is longer, deeper or of more comparisons than allowed
 *
 * @example
 * ```ts ignore
 * parseFilter("title ~ {:word} && owner.name = 'Ann'", { parameters: { word: "tea" } });
 * ```
 */
export function parseFilter(text: string, options: ParseOptions = {}): Filter {
  checkString("text", text);
  if (text.length > MAX_FILTER_LENGTH) {
    throw new QueryError({
      part: "filter",
      code: "limit",
      found: `${text.length} characters`,
      expected: `at most ${MAX_FILTER_LENGTH}`,
    });
  }
  const parser = new FilterParser(tokensOf(text), options);
  return parser.parse();
}

class FilterParser {
  readonly #tokens: readonly Token[];
  readonly #options: ParseOptions;
  #next = 0;
  #terms = 0;

  constructor(tokens: readonly Token[], options: ParseOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  parse(): Filter {
    if (this.#peek().kind === "end") return ALL;
    const filter = this.#anyOf(0);
    const rest = this.#take();
    if (rest.kind === "end") return filter;
    throw syntax(rest.at, rest.raw, "&&, || or the end");
  }

  #anyOf(depth: number): Filter {
    const filters = [this.#allOf(depth)];
    while (this.#takesJoin("||")) filters.push(this.#allOf(depth));
    return anyOf(...filters);
  }

  #allOf(depth: number): Filter {
    const filters = [this.#term(depth)];
    while (this.#takesJoin("&&")) filters.push(this.#term(depth));
    return allOf(...filters);
  }

  #term(depth: number): Filter {
    const first = this.#take();
    if (first.kind !== "open") return this.#comparison(first);
    if (depth >= MAX_FILTER_DEPTH) {
      throw new QueryError({
        part: "filter",
        code: "limit",
        position: first.at,
        found: `${depth + 1} parentheses`,
        expected: `at most ${MAX_FILTER_DEPTH}`,
      });
    }
    const filter = this.#anyOf(depth + 1);
    const close = this.#take();
    if (close.kind === "close") return filter;
    throw syntax(close.at, close.raw, "&&, || or )");
  }

  #comparison(first: Token): Filter {
    this.#terms++;
    if (this.#terms > MAX_FILTER_TERMS) {
      throw new QueryError({
        part: "filter",
        code: "limit",
        position: first.at,
        found: `${this.#terms} comparisons`,
        expected: `at most ${MAX_FILTER_TERMS}`,
      });
    }
    const left = this.#operand(first);
    const sign = this.#take();
    if (sign.kind !== "operator") {
      throw syntax(sign.at, sign.raw, "an operator such as =, !=, ~ or >=");
    }
    const right = this.#operand(this.#take());
    const isAny = sign.value.startsWith("?");
    const operator = isAny ? sign.value.slice(1) : sign.value;
    return {
      kind: "compare",
      left,
      operator: operator as FilterOperator,
      ...(isAny ? { isAny } : {}),
      right,
    };
  }

  #operand(token: Token): FilterOperand {
    const { kind, value, at } = token;
    switch (kind) {
      case "text":
        return { kind: "value", value, at };
      case "number":
        return { kind: "value", value: numberOf(value), at };
      case "parameter":
        return this.#parameter(token);
      case "name":
        if (this.#peek().kind === "open") {
          throw unsupported(token, "a field or a value: no function is known");
        }
        return this.#named(token);
      default:
        throw syntax(at, token.raw, "a field or a value");
    }
  }

  #named(token: Token): FilterOperand {
    const { value: name, at } = token;
    if (/[.:](?=[.:]|$)/.test(name)) {
      throw syntax(
        at,
        name,
        "a field such as title, owner.name or tags:length",
      );
    }
    switch (name.toLowerCase()) {
      case "true":
      case "false":
        return { kind: "value", value: name.toLowerCase() === "true", at };
      case "null":
        return { kind: "value", value: null, at };
    }
    const [path = "", modifier, ...more] = name.split(":");
    if (more.length > 0) throw syntax(at, name, "a field with one modifier");
    if (name.startsWith("@")) return this.#special(token, path, modifier);
    if (name.startsWith("#")) throw syntax(at, name, "a field or a value");
    if (modifier === undefined) {
      return { kind: "field", path: path.split("."), at };
    }
    checkModifier(token, modifier, FIELD_MODIFIERS);
    return {
      kind: "field",
      path: path.split("."),
      modifier: modifier as FieldModifier,
      at,
    };
  }

  #special(
    token: Token,
    path: string,
    modifier: string | undefined,
  ): FilterOperand {
    const { at } = token;
    const [root = "", ...parts] = path.slice(1).split(".");
    if (root === "request") {
      if (this.#options.isRule !== true) {
        throw unsupported(token, "a field or a value: it is for rules alone");
      }
      const [part = ""] = parts;
      const isPlain = part === "method" || part === "context";
      if (
        !REQUEST_PARTS.includes(part) || (parts.length === 1) !== isPlain
      ) {
        throw syntax(at, token.raw, "@request.auth.id or another of its parts");
      }
      if (modifier === undefined) return { kind: "request", path: parts, at };
      checkModifier(token, modifier, REQUEST_MODIFIERS);
      return {
        kind: "request",
        path: parts,
        modifier: modifier as RequestModifier,
        at,
      };
    }
    const isMoment = parts.length === 0 && modifier === undefined &&
      (MOMENT_NAMES as readonly string[]).includes(root);
    if (isMoment) return { kind: "moment", name: root as MomentName, at };
    const meant = closestName(root, [...MOMENT_NAMES, "request"]);
    throw new QueryError({
      part: "filter",
      code: "unsupported",
      position: at,
      found: JSON.stringify(token.raw),
      expected: "@now, another moment or @request",
      closest: meant === undefined ? undefined : `@${meant}`,
    });
  }

  #parameter(token: Token): FilterOperand {
    const { value: name, at } = token;
    const given = this.#options.parameters ?? {};
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      throw new QueryError({
        part: "filter",
        code: "missing_parameter",
        position: at,
        found: token.raw,
        expected: "a parameter that was given",
        closest: closestName(name, Object.keys(given)),
      });
    }
    return operandOf(value, at);
  }

  #takesJoin(join: string): boolean {
    const token = this.#peek();
    if (token.kind !== "join" || token.value !== join) return false;
    this.#next++;
    return true;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] ??
      { kind: "end", value: "", raw: "", at: 0 };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }
}

/**
 * Returns the operand that stands for a value of a program.
 *
 * @throws {QueryError} if no field can have that value
 */
export function operandOf(
  value: FilterValue | Date | readonly FilterValue[],
  at?: number,
): FilterOperand {
  const where = at === undefined ? {} : { at };
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw wrongValue("no date", at);
    return { kind: "value", value: dateToText(value), ...where };
  }
  if (typeof value === "object" && value !== null) {
    for (const one of value) checkValue(one, at);
    return { kind: "values", values: value };
  }
  checkValue(value, at);
  return { kind: "value", value, ...where };
}

function checkValue(value: FilterValue, at?: number): void {
  switch (typeof value) {
    case "string":
      if (value.includes("\0")) throw wrongValue("U+0000", at);
      return;
    case "number":
      if (!Number.isFinite(value)) throw wrongValue(String(value), at);
      return;
    case "bigint":
      if (BigInt.asIntN(64, value) !== value) {
        throw wrongValue("an integer of more than 64 bits", at);
      }
      return;
    case "boolean":
      return;
    default:
      if (value !== null) throw wrongValue(`a ${typeof value}`, at);
  }
}

function wrongValue(found: string, position: number | undefined): QueryError {
  return new QueryError({
    part: "filter",
    code: "wrong_type",
    position,
    found,
    expected: "a text, a finite number, a 64-bit integer, a boolean or null",
  });
}

/** An integer that a double does not hold stays an integer. */
function numberOf(text: string): number | bigint {
  const number = Number(text);
  if (text.includes(".") || Number.isSafeInteger(number)) return number;
  const integer = BigInt(text);
  return BigInt.asIntN(64, integer) === integer ? integer : number;
}

function checkModifier(
  token: Token,
  modifier: string,
  known: readonly string[],
): void {
  if (known.includes(modifier)) return;
  throw new QueryError({
    part: "filter",
    code: "unsupported",
    position: token.at,
    found: JSON.stringify(token.raw),
    expected: `one of the modifiers ${
      known.map((one) => `:${one}`).join(", ")
    }`,
    closest: closestName(modifier, known),
  });
}

function unsupported(token: Token, expected: string): QueryError {
  return new QueryError({
    part: "filter",
    code: "unsupported",
    position: token.at,
    found: JSON.stringify(token.raw),
    expected,
  });
}
