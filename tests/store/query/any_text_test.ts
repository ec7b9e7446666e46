import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isSlow } from "../../support/slow.ts";
import { parseExpand } from "../../../src/store/query/expand_tree.ts";
import { parseFields } from "../../../src/store/query/fields.ts";
import { parseFilter } from "../../../src/store/query/filter_parser.ts";
import { filterSql } from "../../../src/store/query/filter_sql.ts";
import { listQuery } from "../../../src/store/query/list_query.ts";
import { QueryError } from "../../../src/store/query/query_error.ts";
import { parseSort } from "../../../src/store/query/sort.ts";
import { TRUE } from "../../../src/store/query/sql.ts";
import {
  allOf,
  anyOf,
  type Filter,
  type FilterOperand,
} from "../../../src/store/query/filter.ts";
import { filters, NOW } from "./support/sample_records.ts";
import { COLLECTIONS, SCHEMA } from "./support/sample_schema.ts";
import { SampleStore } from "./support/sample_store.ts";

const CONTEXT = { schema: SCHEMA, collection: "tasks", now: NOW };

/** Texts of the words of the languages, and of any others. */
const text = fc.array(
  fc.oneof(
    fc.constantFrom(
      ..."title owner name helpers labels meta points done due".split(" "),
      ..."tasks_via_owner users_via_team @now @hour @request @random".split(
        " ",
      ),
      ..."= != > ?~ !~ ?!= && || ( ) . , : - + * // \n".split(" "),
      ..."'a' \"b\" 'it\\'s' '%' 1 -2.5 9223372036854775808 true null".split(
        " ",
      ),
      ..."{:x} :length :each :lower __proto__ constructor %00".split(" "),
      " ",
    ),
    fc.string({ unit: "binary", maxLength: 3 }),
  ),
  { maxLength: 14 },
).map((words) => words.join(""));

for (
  const [what, use] of [
    ["filter", (text: string) => filterSql(parseFilter(text), CONTEXT)],
    [
      "sort",
      (text: string) =>
        listQuery(TRUE, { sort: parseSort(text), limit: 1 }, CONTEXT).statement,
    ],
    ["expand", (text: string) => parseExpand(text, CONTEXT)],
    ["fields", (text: string) => parseFields(text)],
  ] as const
) {
  Deno.test(`any text is a valid ${what}, or a QueryError with a place in it`, () => {
    using store = new SampleStore(COLLECTIONS, {});
    fc.assert(
      fc.property(text, (text) => {
        try {
          const made = use(text);
          if (what === "filter" && made !== undefined && "sql" in made) {
            store.ids("tasks", made);
          } else if (what === "sort" && made !== undefined && "sql" in made) {
            store.rows(made);
          }
        } catch (error) {
          assert(error instanceof QueryError, String(error));
          const { position } = error;
          assert(position === undefined || position <= text.length);
        }
      }),
      { numRuns: isSlow ? 50_000 : 1_000 },
    );
  });
}

/** Writes a filter; what no text can say is written as something near to it. */
function written(filter: Filter): { text: string; filter: Filter } {
  switch (filter.kind) {
    case "compare": {
      const { left, operator, isAny, right } = filter;
      const sign = isAny ? `?${operator}` : operator;
      const [one, other] = [left, right].map(writtenOperand);
      return {
        text: `${one?.text} ${sign}${other?.text}`,
        filter: {
          ...filter,
          left: one?.operand ?? left,
          right: other?.operand ?? right,
        },
      };
    }
    case "not":
      return written(filter.filter);
    case "and":
    case "or": {
      const parts = filter.filters.map(written);
      if (parts.length === 0) return { text: "1=1", filter: ONE };
      const isAnd = filter.kind === "and";
      const all = parts.map(({ filter }) => filter);
      return {
        text: `(${
          parts.map(({ text }) => text).join(isAnd ? " && " : "||\n")
        })`,
        filter: isAnd ? allOf(...all) : anyOf(...all),
      };
    }
    default:
      return { text: "1=1", filter: ONE };
  }
}

const ONE: Filter = {
  kind: "compare",
  left: { kind: "value", value: 1 },
  operator: "=",
  right: { kind: "value", value: 1 },
};

function writtenOperand(
  operand: FilterOperand,
): { text: string; operand: FilterOperand } {
  switch (operand.kind) {
    case "field": {
      const { path, modifier } = operand;
      const end = modifier === undefined ? "" : `:${modifier}`;
      return { text: path.join(".") + end, operand };
    }
    case "moment":
      return { text: `@${operand.name}`, operand };
    case "value": {
      const { value } = operand;
      if (typeof value === "string" && !value.endsWith("\\")) {
        return { text: `'${value.replaceAll("'", "\\'")}'`, operand };
      }
      if (typeof value !== "number" && typeof value !== "string") {
        return { text: String(value), operand };
      }
      return { text: "-7", operand: { kind: "value", value: -7 } };
    }
    default:
      return { text: '"x"', operand: { kind: "value", value: "x" } };
  }
}

Deno.test("a filter that is written parses to itself", () => {
  const plain = (filter: Filter) =>
    JSON.stringify(
      filter,
      (key, value) =>
        key === "at"
          ? undefined
          : typeof value === "bigint"
          ? `${value}n`
          : value,
    );
  fc.assert(
    fc.property(filters("tasks"), (made) => {
      const { text, filter } = written(made);
      // A backslash before a quote cannot be written in either quotes.
      if (text.includes("\\\\'")) return;
      assertEquals(plain(parseFilter(text)), plain(filter), text);
    }),
    { numRuns: isSlow ? 20_000 : 300 },
  );
});
