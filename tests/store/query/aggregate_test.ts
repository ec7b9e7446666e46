import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isSlow } from "../../support/slow.ts";
import {
  aggregateQuery,
  type AggregateRequest,
} from "../../../src/store/query/aggregate.ts";
import { ALL } from "../../../src/store/query/filter.ts";
import { filterPredicate } from "../../../src/store/query/filter_predicate.ts";
import { filterSql } from "../../../src/store/query/filter_sql.ts";
import { QueryError } from "../../../src/store/query/query_error.ts";
import { TRUE } from "../../../src/store/query/sql.ts";
import {
  compareScalars,
  scalarOf,
  type SqlScalar,
} from "../../../src/store/query/values.ts";
import { filters, NOW, records } from "./support/sample_records.ts";
import { COLLECTIONS, SCHEMA } from "./support/sample_schema.ts";
import { SampleStore } from "./support/sample_store.ts";

const CONTEXT = { schema: SCHEMA, collection: "tasks", now: NOW };

Deno.test("counts, sums, means, least and greatest values of groups are those of a model", () => {
  fc.assert(
    fc.property(records, filters("tasks"), (all, filter) => {
      using store = new SampleStore(COLLECTIONS, all);
      let condition;
      try {
        condition = filterSql(filter, CONTEXT);
      } catch (error) {
        if (error instanceof QueryError) return;
        throw error;
      }
      const test = filterPredicate(filter, CONTEXT);
      const found = store.all("tasks").filter((one) => test(one, store));
      const rows = store.rows(aggregateQuery(condition, {
        groupBy: ["owner.name", "done"],
        values: {
          tasks: { kind: "count" },
          least: { kind: "min", field: "title" },
          greatest: { kind: "max", field: "rank" },
          sum: { kind: "sum", field: "rank" },
        },
      }, CONTEXT));
      const groups = Map.groupBy(found, (task) => {
        const owner = store.get("users", String(task["owner"]));
        return JSON.stringify([owner?.["name"] ?? null, Number(task["done"])]);
      });
      assertEquals(rows.length, groups.size);
      for (const row of rows) {
        const key = JSON.stringify([row["owner.name"], row["done"]]);
        const own = groups.get(key) ?? [];
        const values = (name: string) =>
          own.map((one) => scalarOf(one[name])).filter((one) => one !== null);
        const order = (name: string) =>
          values(name).sort((a, b) => compareScalars(a, b));
        assertEquals(row["tasks"], own.length);
        assertEquals(row["least"], order("title")[0] ?? null);
        assertEquals(row["greatest"], order("rank").at(-1) ?? null);
        const ranks = values("rank").map(Number);
        const sum = ranks.reduce((a, b) => a + b, 0);
        const size = ranks.reduce((a, b) => a + Math.abs(b), 1);
        assert(Math.abs(Number(row["sum"]) - sum) <= size * 1e-12, key);
      }
    }),
    { numRuns: isSlow ? 600 : 60 },
  );
});

Deno.test("no record has the count and the sum 0, and neither mean nor least", () => {
  using store = new SampleStore(COLLECTIONS, {});
  const [row] = store.rows(aggregateQuery(TRUE, {
    values: {
      count: { kind: "count" },
      sum: { kind: "sum", field: "points" },
      mean: { kind: "avg", field: "points" },
      first: { kind: "min", field: "created" },
    },
  }, CONTEXT));
  const expected: Record<string, SqlScalar> = {
    count: 0,
    sum: 0,
    mean: null,
    first: null,
  };
  assertEquals(row, expected);
});

Deno.test("groups come in the order of their values, as many as asked for", () => {
  const [all] = fc.sample(records, 1);
  using store = new SampleStore(COLLECTIONS, all ?? {});
  const request = {
    values: { n: { kind: "count" } },
    groupBy: ["id"],
  } as const;
  const rows = store.rows(
    aggregateQuery(filterSql(ALL, CONTEXT), { ...request, limit: 2 }, CONTEXT),
  );
  assertEquals(rows, [{ id: "t1", n: 1 }, { id: "t2", n: 1 }]);
});

Deno.test("what has no sum, no order or no name is refused", () => {
  const count = { kind: "count" } as const;
  const cases: [AggregateRequest, string][] = [
    [{ values: {} }, "limit"],
    [{ values: { a: { kind: "sum", field: "title" } } }, "wrong_type"],
    [{ values: { a: { kind: "avg", field: "done" } } }, "wrong_type"],
    [{ values: { a: { kind: "min", field: "meta" } } }, "wrong_type"],
    [{ values: { a: { kind: "max", field: "labels" } } }, "wrong_type"],
    [{ values: { a: { kind: "max", field: "titel" } } }, "unknown_field"],
    [{ values: { a: count }, groupBy: ["helpers.name"] }, "wrong_type"],
    [{ values: { 'a"; --': count } }, "syntax"],
    [{ values: { done: count }, groupBy: ["done"] }, "syntax"],
    [{ values: { a: count }, limit: 1001 }, "limit"],
  ];
  for (const [request, code] of cases) {
    const error = assertThrows(
      () => aggregateQuery(TRUE, request, CONTEXT),
      QueryError,
    );
    assertEquals([error.part, error.code], ["aggregate", code]);
  }
});
