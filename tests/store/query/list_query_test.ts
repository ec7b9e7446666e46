import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isSlow } from "../../support/slow.ts";
import { ALL } from "../../../src/store/query/filter.ts";
import { filterPredicate } from "../../../src/store/query/filter_predicate.ts";
import { filterSql } from "../../../src/store/query/filter_sql.ts";
import {
  countQuery,
  listQuery,
  type PageRequest,
} from "../../../src/store/query/list_query.ts";
import { QueryError } from "../../../src/store/query/query_error.ts";
import { parseSort, type SortTerm } from "../../../src/store/query/sort.ts";
import { TRUE } from "../../../src/store/query/sql.ts";
import { compareScalars, scalarOf } from "../../../src/store/query/values.ts";
import { filters, NOW, records } from "./support/sample_records.ts";
import { COLLECTIONS, SCHEMA } from "./support/sample_schema.ts";
import { SampleStore } from "./support/sample_store.ts";

const CONTEXT = { schema: SCHEMA, collection: "tasks", now: NOW };

/** Sorts whose values are at hand in a record of a task. */
const SORTS = [
  "",
  "title",
  "-title",
  "points,-rank",
  "-points,title",
  "-done,due",
  "done,-created",
  "-id",
  "owner,-updated,points",
  "owner.name",
  "-owner.age,title",
  "-owner.team.name,owner.score",
];

function valueAt(store: SampleStore, path: readonly string[], id: string) {
  let record = store.get("tasks", id);
  let collection = "tasks";
  for (const name of path.slice(0, -1)) {
    const target = record?.[name];
    collection = SCHEMA.get(collection)?.fields.get(name)?.relatesTo ?? "";
    record = typeof target === "string"
      ? store.get(collection, target)
      : undefined;
  }
  return scalarOf(record?.[path.at(-1) ?? ""]);
}

function sorted(
  store: SampleStore,
  ids: readonly string[],
  terms: readonly SortTerm[],
): string[] {
  const isLastDescending = terms.at(-1)?.isDescending ?? false;
  const all = [...terms, { path: ["id"], isDescending: isLastDescending }];
  return [...ids].sort((a, b) => {
    for (const { path, isDescending } of all) {
      const order = compareScalars(
        valueAt(store, path, a),
        valueAt(store, path, b),
      );
      if (order !== 0) return isDescending ? -order : order;
    }
    return 0;
  });
}

function page(store: SampleStore, request: PageRequest, condition = TRUE) {
  const query = listQuery(condition, request, CONTEXT);
  const rows = store.rows(query.statement);
  const last = rows.at(-1);
  return {
    ids: rows.map((row) => String(row["id"])),
    rows: rows.map(query.rowOf),
    after: last === undefined ? undefined : query.cursorOf(last),
  };
}

Deno.test("pages by cursor and by offset are the sorted list, cut, whatever its values are", () => {
  fc.assert(
    fc.property(
      records,
      filters("tasks"),
      fc.constantFrom(...SORTS),
      fc.integer({ min: 1, max: 4 }),
      (all, filter, text, limit) => {
        using store = new SampleStore(COLLECTIONS, all);
        const sort = parseSort(text);
        if (sort === "random") return;
        let condition;
        try {
          condition = filterSql(filter, CONTEXT);
        } catch (error) {
          if (error instanceof QueryError) return;
          throw error;
        }
        const test = filterPredicate(filter, CONTEXT);
        const ids = store.all("tasks").filter((one) => test(one, store)).map((
          one,
        ) => String(one["id"]));
        const expected = sorted(store, ids, sort);
        const byCursor: string[] = [];
        let after: string | undefined;
        do {
          const one = page(store, { sort, limit, after }, condition);
          byCursor.push(...one.ids);
          after = one.after;
        } while (after !== undefined);
        assertEquals(byCursor, expected, text);
        const byOffset = page(store, { sort, limit, offset: 1 }, condition);
        assertEquals(byOffset.ids, expected.slice(1, 1 + limit), text);
        const [count] = store.rows(countQuery(condition, "tasks"));
        assertEquals(count?.["count"], expected.length);
      },
    ),
    { numRuns: isSlow ? 600 : 120 },
  );
});

Deno.test("a page by cursor neither repeats nor leaves out a record when others are inserted and deleted", () => {
  fc.assert(
    fc.property(
      records,
      fc.constantFrom(...SORTS.filter((sort) => !sort.includes("."))),
      fc.subarray(["t1", "t2", "t3", "t4", "t5", "t6"]),
      (all, text, before) => {
        const sort = parseSort(text);
        const of = (ids: readonly string[]) =>
          new SampleStore(COLLECTIONS, {
            ...all,
            tasks: (all["tasks"] ?? []).filter(({ id }) =>
              ids.includes(String(id))
            ),
          });
        using first = of(before);
        const begun = page(first, { sort, limit: 2 });
        if (begun.after === undefined || sort === "random") return;
        // All others are inserted, and the record of the cursor is deleted.
        const gone = begun.ids.at(-1);
        using later = of(
          ["t1", "t2", "t3", "t4", "t5", "t6"].filter((id) => id !== gone),
        );
        const rest = page(later, { sort, limit: 10, after: begun.after });
        using both = new SampleStore(COLLECTIONS, all);
        const order = sorted(both, ["t1", "t2", "t3", "t4", "t5", "t6"], sort);
        assertEquals(rest.ids, order.slice(order.indexOf(gone ?? "") + 1));
      },
    ),
    { numRuns: isSlow ? 300 : 60 },
  );
});

Deno.test("a page has the fields of its records, and none of the keys of its order", () => {
  const [all] = fc.sample(records, 1);
  using store = new SampleStore(COLLECTIONS, all ?? {});
  const whole = page(store, { sort: parseSort("-owner.name"), limit: 1 });
  assertEquals(
    Object.keys(whole.rows[0] ?? {}),
    [...SCHEMA.get("tasks")?.fields.keys() ?? []],
  );
  const some = page(store, { sort: [], limit: 1, fields: ["title"] });
  assertEquals(Object.keys(some.rows[0] ?? {}), ["id", "title"]);
});

Deno.test("@random returns all records, and no cursor", () => {
  const [all] = fc.sample(records, 1);
  using store = new SampleStore(COLLECTIONS, all ?? {});
  const { ids, after } = page(store, { sort: parseSort("@random"), limit: 10 });
  assertEquals([...ids].sort(), ["t1", "t2", "t3", "t4", "t5", "t6"]);
  assertEquals(after, undefined);
  const error = assertThrows(
    () => page(store, { sort: "random", limit: 10, after: "x" }),
    QueryError,
  );
  assertEquals([error.part, error.code], ["after", "unsupported"]);
});

Deno.test("a cursor that was not made for this list is refused, whatever it contains", () => {
  using store = new SampleStore(COLLECTIONS, {
    tasks: [{
      id: "t1",
      created: "2026-03-04 00:00:00.000Z",
      updated: "2026-03-04 00:00:00.000Z",
      title: "x",
      done: false,
      labels: [],
      helpers: [],
    }],
  });
  const sort = parseSort("title");
  const { after = "" } = page(store, { sort, limit: 1 });
  const codeOf = (cursor: string, by = sort) =>
    assertThrows(
      () => page(store, { sort: by, limit: 1, after: cursor }),
      QueryError,
    ).code;
  assertEquals(codeOf(after, parseSort("-title")), "stale_cursor");
  assertEquals(codeOf(after, parseSort("")), "stale_cursor");
  const forged = (content: unknown) =>
    new TextEncoder().encode(JSON.stringify(content)).toBase64({
      alphabet: "base64url",
    });
  for (
    const cursor of [
      "",
      "x",
      "ü",
      after.slice(1),
      "A".repeat(20_000),
      forged(null),
      forged(["tasks:title", ["x"]]),
      forged(["tasks:title", ["x", null]]),
      forged(["tasks:title", [1, "t1"]]),
      forged(["tasks:title", [{ a: 1 }, "t1"]]),
      forged(["tasks:title", [["99999999999999999999"], "t1"]]),
      forged(["tasks:title", ["a\0b", "t1"]]),
    ]
  ) assertEquals(codeOf(cursor), "syntax", cursor.slice(0, 80));
});

Deno.test("a cursor of any text is refused or valid, and never an error of SQLite", () => {
  using store = new SampleStore(COLLECTIONS, {});
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const content = ["tasks:points", [one, other]];
      const after = new TextEncoder().encode(JSON.stringify(content)).toBase64({
        alphabet: "base64url",
      });
      try {
        page(store, { sort: parseSort("points"), limit: 1, after });
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
      }
    }),
    { numRuns: isSlow ? 2_000 : 200 },
  );
});

Deno.test("a sort names known fields of one value, and says where it does not", () => {
  const cases: [string, string][] = [
    ["titel", "unknown_field"],
    ["labels", "wrong_type"],
    ["helpers.name", "wrong_type"],
    ["tasks_via_owner", "unknown_field"],
    ["shout", "unknown_field"],
    ["title;", "syntax"],
    ["title,,id", "syntax"],
    ["-", "syntax"],
    ["@rowid", "syntax"],
    ["title,@random", "syntax"],
    [Array(9).fill("title").join(","), "limit"],
  ];
  for (const [text, code] of cases) {
    const error = assertThrows(
      () => listQuery(TRUE, { sort: parseSort(text), limit: 1 }, CONTEXT),
      QueryError,
    );
    assertEquals([error.part, error.code], ["sort", code], text);
  }
  assertEquals(parseSort(" -created , +title "), [
    { path: ["created"], isDescending: true },
    { path: ["title"], isDescending: false },
  ]);
  assertEquals(
    assertThrows(() => parseSort("title, -x y"), QueryError).position,
    7,
  );
});

Deno.test("a limit and an offset are whole numbers within bounds", () => {
  for (
    const request of [
      { limit: 0 },
      { limit: 1001 },
      { limit: 1.5 },
      { limit: NaN },
      { limit: 1, offset: -1 },
      { limit: 1, offset: 10_000_001 },
    ]
  ) {
    const error = assertThrows(
      () => listQuery(TRUE, { sort: [], ...request }, CONTEXT),
      QueryError,
    );
    assertEquals([error.part, error.code], ["limit", "limit"]);
  }
});

Deno.test("a page behind a cursor begins in the index of its sort", () => {
  const [all] = fc.sample(records, 1);
  using store = new SampleStore(COLLECTIONS, {
    ...all,
    tasks: (all?.["tasks"] ?? []).map((one) => ({ ...one, points: 1 })),
  });
  const sort = parseSort("points");
  const { after } = page(store, { sort, limit: 1 });
  const { statement } = listQuery(
    filterSql(ALL, CONTEXT),
    { sort, limit: 1, after },
    CONTEXT,
  );
  const plan = store.plan(statement).join("; ");
  assert(plan.includes("SEARCH tasks USING INDEX index_tasks_points"), plan);
});
