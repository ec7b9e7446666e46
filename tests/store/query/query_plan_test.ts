import { assertEquals } from "@std/assert";
import { parseFilter } from "../../../src/store/query/filter_parser.ts";
import { filterSql } from "../../../src/store/query/filter_sql.ts";
import { listQuery } from "../../../src/store/query/list_query.ts";
import {
  explainQuery,
  type QueryPlan,
  readQueryPlan,
} from "../../../src/store/query/query_plan.ts";
import { parseSort } from "../../../src/store/query/sort.ts";
import { NOW } from "./support/sample_records.ts";
import { COLLECTIONS, SCHEMA } from "./support/sample_schema.ts";
import { SampleStore } from "./support/sample_store.ts";

const CONTEXT = { schema: SCHEMA, collection: "tasks", now: NOW };

function planOf(text: string, order = ""): QueryPlan {
  using store = new SampleStore(COLLECTIONS, {});
  const filter = parseFilter(text);
  const sort = parseSort(order);
  const condition = filterSql(filter, CONTEXT);
  const { statement } = listQuery(condition, { sort, limit: 20 }, CONTEXT);
  const rows = store.rows(explainQuery(statement)).map(({ detail }) => ({
    detail: String(detail),
  }));
  return readQueryPlan(rows, { ...CONTEXT, filter, sort });
}

Deno.test("a query that an index serves needs no scan", () => {
  for (
    const [filter, sort] of [
      ["", ""],
      ["", "-id"],
      ["id = 'x'", ""],
      ["points > 3", "points"],
      ["owner = 'u1' && done = true", ""],
      ["owner.name = 'Ann'", ""],

      ["", "title"],
    ] as const
  ) {
    const { needsScan, needsSort, index, steps } = planOf(filter, sort);
    assertEquals(
      [needsScan, needsSort, index],
      [false, false, undefined],
      steps.join("; "),
    );
  }
});

Deno.test("a query that no index serves is found, with the index that would", () => {
  const cases: [string, string, boolean, boolean, string[] | undefined][] = [
    ["note = 'x'", "", true, false, ["note"]],
    ["rank > 3 && note = 'x'", "", true, false, ["note", "rank"]],
    ["5 <= rank", "", true, false, ["rank"]],
    ["note = 'x'", "-created", true, true, ["note", "created"]],
    ["", "-created", true, true, ["created"]],
    ["owner = 'u1'", "created", false, true, ["owner", "created"]],
    ["note ~ 'x'", "", true, false, undefined],
    ["labels ?= 'a'", "", true, false, undefined],
    ["meta.k = 1", "", true, false, undefined],
    ["owner.age > 30", "", true, false, undefined],
    [
      "owner = 'u1' && owner.tasks_via_helpers.title ?!= 'x'",
      "",
      true,
      false,
      undefined,
    ],
    ["", "@random", true, true, undefined],
  ];
  for (const [filter, sort, needsScan, needsSort, index] of cases) {
    const plan = planOf(filter, sort);
    assertEquals(
      [plan.needsScan, plan.needsSort, plan.index],
      [needsScan, needsSort, index],
      `${filter} ${sort}: ${plan.steps.join("; ")}`,
    );
  }
});

Deno.test("the index that is named serves the query", () => {
  const { index = [] } = planOf("note = 'x' && rank > 3");
  const indexed = COLLECTIONS.map((one) =>
    one.name === "tasks"
      ? { ...one, indexes: [...one.indexes, { fields: index }] }
      : one
  );
  using store = new SampleStore(indexed, {});
  const condition = filterSql(parseFilter("note = 'x' && rank > 3"), CONTEXT);
  const { statement } = listQuery(condition, { sort: [], limit: 20 }, CONTEXT);
  const [first] = store.plan(statement);
  assertEquals(
    first,
    "SEARCH tasks USING INDEX index_tasks_note_rank (note=? AND rank>?)",
  );
});
