import { assertEquals, assertThrows } from "@std/assert";
import { type Filter, MOMENT_NAMES } from "../../../src/store/query/filter.ts";
import {
  MAX_FILTER_DEPTH,
  MAX_FILTER_LENGTH,
  MAX_FILTER_TERMS,
  parseFilter,
} from "../../../src/store/query/filter_parser.ts";
import { QueryError } from "../../../src/store/query/query_error.ts";

/** The filter as a text that is easy to read: `(title = "x" and done = true)`. */
function shape(filter: Filter): string {
  return JSON.stringify(
    filter,
    (key, value) => key === "at" ? undefined : value,
  );
}

function assertSame(one: string, other: string): void {
  assertEquals(shape(parseFilter(one)), shape(parseFilter(other)), one);
}

function errorOf(text: string): QueryError {
  return assertThrows(() => parseFilter(text), QueryError);
}

Deno.test("a comparison has its operands, its operator and where they stand", () => {
  assertEquals(parseFilter(' title ?!~ "tea"'), {
    kind: "compare",
    left: { kind: "field", path: ["title"], at: 1 },
    operator: "!~",
    isAny: true,
    right: { kind: "value", value: "tea", at: 11 },
  });
});

Deno.test("each operator parses, with and without its question mark", () => {
  for (
    const operator of ["=", "!=", ">", ">=", "<", "<=", "~", "!~"] as const
  ) {
    const all = parseFilter(`a${operator}1`);
    const any = parseFilter(`a ?${operator} 1`);
    assertEquals(all.kind === "compare" && [all.operator, all.isAny], [
      operator,
      undefined,
    ]);
    assertEquals(any.kind === "compare" && [any.operator, any.isAny], [
      operator,
      true,
    ]);
  }
});

Deno.test("&& binds closer than ||, and parentheses closer than both", () => {
  assertSame("a=1 || b=2 && c=3", "a=1 || (b=2 && c=3)");
  assertSame("a=1 && b=2 || c=3", "(a=1 && b=2) || c=3");
  const grouped = parseFilter("(a=1 || b=2) && c=3");
  assertEquals(grouped.kind, "and");
});

Deno.test("spaces and comments are no part of a filter", () => {
  assertSame(
    "a=1&&b=2",
    "\r\n a\t=\n1 // first\n && // && c = 3\n b = 2 // end",
  );
  for (const empty of ["", "  ", "// nothing", "\n// a\n"]) {
    assertEquals(parseFilter(empty), { kind: "all" });
  }
});

Deno.test("a text stands in either quotes, and a backslash escapes its own quote alone", () => {
  const texts: [string, string][] = [
    [`'it''`, ""],
    [`'it\\'s'`, "it's"],
    [`"say \\"hi\\""`, 'say "hi"'],
    [`'a "b"'`, 'a "b"'],
    [`'50\\%'`, "50\\%"],
    [`"\\n"`, "\\n"],
    [`'// no comment'`, "// no comment"],
    [`'ünï 😀'`, "ünï 😀"],
    [`''`, ""],
  ];
  for (const [written, value] of texts.slice(1)) {
    const filter = parseFilter(`a = ${written}`);
    assertEquals(
      filter.kind === "compare" && filter.right.kind === "value" &&
        filter.right.value,
      value,
    );
  }
  errorOf(`a = ${texts[0]?.[0]}`);
});

Deno.test("numbers are whole or fractional, and large integers stay what they are", () => {
  const numbers: [string, number | bigint][] = [
    ["0", 0],
    ["-14", -14],
    ["10.50", 10.5],
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", 9007199254740993n],
    ["-9223372036854775808", -9223372036854775808n],
    ["9223372036854775808", 9223372036854775808],
  ];
  for (const [written, value] of numbers) {
    const filter = parseFilter(`a = ${written}`);
    assertEquals(
      filter.kind === "compare" && filter.right.kind === "value" &&
        filter.right.value,
      value,
    );
  }
  for (const wrong of ["1.", ".5", "1.2.3", "1e5", "0x10", "--1", "-"]) {
    errorOf(`a = ${wrong}`);
  }
});

Deno.test("true, false and null are values in any case", () => {
  assertSame(
    "a = true && b = false && c = null",
    "a = TRUE && b=False && c=NULL",
  );
});

Deno.test("every moment parses, and a misspelt one is named", () => {
  for (const name of MOMENT_NAMES) {
    const filter = parseFilter(`created < @${name}`);
    assertEquals(filter.kind === "compare" && filter.right.kind, "moment");
  }
  assertEquals(errorOf("created < @todaystart").closest, "@todayStart");
});

Deno.test("@request is for rules alone", () => {
  const text = "@request.auth.id != '' && @request.body.title:isset = true";
  assertEquals(parseFilter(text, { isRule: true }).kind, "and");
  assertEquals(errorOf(text).code, "unsupported");
  for (const wrong of ["@request", "@request.auth", "@request.cookie.a"]) {
    assertThrows(
      () => parseFilter(`${wrong} = 1`, { isRule: true }),
      QueryError,
    );
  }
});

Deno.test("a parameter is a value, whatever it contains", () => {
  const hostile = `x' || id != '' // {:other}`;
  const filter = parseFilter("title = {:word}", {
    parameters: { word: hostile },
  });
  assertEquals(
    filter.kind === "compare" && filter.right.kind === "value" &&
      filter.right.value,
    hostile,
  );
  const error = assertThrows(
    () => parseFilter("a = {:wrod}", { parameters: { word: 1 } }),
    QueryError,
  );
  assertEquals([error.code, error.closest], ["missing_parameter", "word"]);
  assertThrows(
    () => parseFilter("a = {:toString}", { parameters: {} }),
    QueryError,
  );
  for (const value of [NaN, Infinity, "a\0b", 2n ** 63n, new Date(NaN)]) {
    assertThrows(
      () => parseFilter("a = {:value}", { parameters: { value } }),
      QueryError,
    );
  }
});

Deno.test("an error has its position, what was found and what is expected", () => {
  const cases: [string, number, string][] = [
    ["a", 1, "an operator such as =, !=, ~ or >="],
    ["a =", 3, "a field or a value"],
    ["a = 1 b", 6, "&&, || or the end"],
    ["a = 1 & b = 2", 6, "&& or ||"],
    ["(a = 1", 6, "&&, || or )"],
    ["a = 1)", 5, "&&, || or the end"],
    ["a == 1", 2, "an operator such as =, !=, ~, >= or ?="],
    ["a = 'x", 4, "a text that ends with '"],
    ["a..b = 1", 0, "a field such as title, owner.name or tags:length"],
    ["a = ;", 4, "a field, a value, an operator or a parenthesis"],
    ["lower(a) = 1", 0, "a field or a value: no function is known"],
    ["a = '\0'", 4, "a text without it"],
  ];
  for (const [text, position, expected] of cases) {
    const error = errorOf(text);
    assertEquals([error.position, error.expected], [position, expected], text);
    assertEquals(error.message.includes(expected), true);
  }
});

Deno.test("length, depth and number of comparisons have bounds", () => {
  const terms = (count: number) => Array(count).fill("a=1").join("||");
  const nested = (depth: number) =>
    "(".repeat(depth) + "a=1" + ")".repeat(depth);
  parseFilter(terms(MAX_FILTER_TERMS));
  parseFilter(nested(MAX_FILTER_DEPTH));
  parseFilter(" ".repeat(MAX_FILTER_LENGTH));
  for (
    const text of [
      terms(MAX_FILTER_TERMS + 1),
      nested(MAX_FILTER_DEPTH + 1),
      " ".repeat(MAX_FILTER_LENGTH + 1),
    ]
  ) assertEquals(errorOf(text).code, "limit");
});
