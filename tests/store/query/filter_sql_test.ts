import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isSlow } from "../../support/slow.ts";
import { parseFilter } from "../../../src/store/query/filter_parser.ts";
import { filterSql } from "../../../src/store/query/filter_sql.ts";
import { QueryError } from "../../../src/store/query/query_error.ts";
import type { Sql } from "../../../src/store/query/sql.ts";
import { NOW } from "./support/sample_records.ts";
import { COLLECTIONS, SCHEMA } from "./support/sample_schema.ts";
import { type Records, SampleStore } from "./support/sample_store.ts";

const DATE = "2026-03-04 00:00:00.000Z";

function task(id: string, values: Record<string, unknown>) {
  const empty = { done: false, labels: [], helpers: [] };
  return { id, created: DATE, updated: DATE, ...empty, ...values };
}

function user(id: string, values: Record<string, unknown>) {
  const email = `${id}@example.org`;
  const empty = { email, emailVisibility: false, verified: false, tags: [] };
  return { id, created: DATE, updated: DATE, ...empty, ...values };
}

const RECORDS: Records = {
  users: [
    user("u1", { name: "Ann", team: "m1", age: 30, tags: ["red", "blue"] }),
    user("u2", { name: "ÄNN", emailVisibility: true, tags: ["red"] }),
    user("u3", { name: "", age: 40 }),
  ],
  teams: [{
    id: "m1",
    created: DATE,
    updated: DATE,
    name: "North",
    members: ["u1", "u2"],
  }],
  tasks: [
    task("t1", { title: "100% tea", owner: "u1", points: 5, labels: ["a"] }),
    task("t2", { title: "a_b", owner: "u2", points: 5.5, labels: ["a", "b"] }),
    task("t3", {
      title: "AxB",
      owner: "u3",
      points: -1,
      helpers: ["u1", "u2"],
    }),
    task("t4", { title: "", done: true, meta: { deep: [{ k: "Tea" }], n: 5 } }),
    task("t5", { note: "x", due: "2026-03-04 05:06:07.089Z", helpers: ["u2"] }),
  ],
  profiles: [{
    id: "p1",
    created: DATE,
    updated: DATE,
    user: "u1",
    motto: "m",
  }],
};

function sqlOf(text: string, collection = "tasks", isCaller = false): Sql {
  return filterSql(parseFilter(text), {
    schema: SCHEMA,
    collection,
    now: NOW,
    isCaller,
  });
}

function selected(text: string, collection = "tasks", isCaller = false) {
  using store = new SampleStore(COLLECTIONS, RECORDS);
  return store.ids(collection, sqlOf(text, collection, isCaller)).join(" ");
}

function assertSelects(cases: readonly (readonly [string, string])[]): void {
  for (const [text, ids] of cases) assertEquals(selected(text), ids, text);
}

function errorOf(text: string, collection = "tasks"): QueryError {
  return assertThrows(() => sqlOf(text, collection), QueryError);
}

Deno.test("null and the empty text are equal, and != is what = is not", () => {
  assertSelects([
    ["title = ''", "t4 t5"],
    ["title = null", "t4 t5"],
    ["title != ''", "t1 t2 t3"],
    ["title != 'a_b'", "t1 t3 t4 t5"],
    ["points = null", "t4 t5"],
    ["points != 5", "t2 t3 t4 t5"],
    ["title < 'zzz'", "t1 t2 t3 t4"],
    ["points < 100", "t1 t2 t3"],
    ["owner.name = ''", "t3 t4 t5"],
    ["done = true", "t4"],
    ["due = '2026-03-04T05:06:07.089Z' && due = @now", "t5"],
  ]);
});

Deno.test("~ finds a text anywhere, and with a % of its own it is a pattern", () => {
  assertSelects([
    ["title ~ 'TEA'", "t1"],
    ["title ~ '%tea'", "t1"],
    ["title ~ 'tea%'", ""],
    ["title ~ '\\%'", "t1"],
    ["title ~ 'a_b'", "t2"],
    ["title ~ '%a_b%'", "t2 t3"],
    ["title ~ '%a\\_b%'", "t2"],
    ["title ~ ''", "t1 t2 t3 t4"],
    ["title !~ 'tea'", "t2 t3 t4 t5"],
    ["'10% a_b AXB' ~ title", "t2 t3 t4"],
  ]);
});

Deno.test("~ and :lower know the letters A to Z alone, and texts are equal by code points", () => {
  assertEquals(selected("name ~ 'ann'", "users"), "u1");
  assertEquals(selected("name ~ 'Änn'", "users"), "u2");
  assertEquals(selected("name ~ 'änn'", "users"), "");
  assertEquals(selected("name:lower = 'ann'", "users"), "u1");
  assertEquals(selected("name = 'ann'", "users"), "");
});

Deno.test("all of several values must meet a comparison, and with ? one of them", () => {
  assertSelects([
    ["labels = 'a'", "t1"],
    ["labels ?= 'a'", "t1 t2"],
    ["labels:each != 'a'", "t3 t4 t5"],
    ["labels ?!= 'a'", "t2 t3 t4 t5"],
    ["labels:length = 2", "t2"],
    ["labels = ''", "t3 t4 t5"],
    ["labels ~ 'B'", "t2"],
    ["labels !~ 'b'", "t1 t3 t4 t5"],
    ["labels:each ~ 'a'", "t1"],
    ["helpers.name = 'ÄNN'", "t5"],
    ["helpers.name ?= 'ÄNN'", "t3 t5"],
    ["helpers.name ?~ 'ann'", "t3"],
  ]);
});

Deno.test("a path crosses relations forward and back", () => {
  assertSelects([
    ["owner.team.name = 'North'", "t1"],
    ["owner.id = 'u1'", "t1"],
    ["owner.profiles_via_user.motto = 'm'", "t1"],
    ["owner.teams_via_members.name ?= 'North'", "t1 t2"],
    ["owner.age > 30", "t3"],
    ["owner.tags ?= 'blue'", "t1"],
    ["owner = helpers || points > rank", "t4"],
  ]);
  assertEquals(selected("tasks_via_owner.points ?> 0", "users"), "u1 u2");
  assertEquals(selected("tasks_via_helpers.title ?= 'AxB'", "users"), "u1 u2");
  assertEquals(selected("tasks_via_owner.title = ''", "users"), "");
});

Deno.test("a path goes into JSON, where null, '' and missing are not the same", () => {
  assertSelects([
    ["meta.n = 5", "t4"],
    ["meta.n > 4.5", "t4"],
    ["meta.deep.0.k ~ 'tea'", "t4"],
    ["meta.deep.0.k = 'tea'", ""],
    ['meta.deep = \'[{"k":"Tea"}]\'', "t4"],
    ["meta.x = null && meta != null", "t4"],
    ["meta.x = ''", ""],
    ["meta.n ~ '5'", ""],
  ]);
});

Deno.test("an address that its account hides is as if there were none, for callers", () => {
  assertEquals(selected("email ~ 'u'", "users", true), "u2");
  assertEquals(selected("email ~ 'u'", "users"), "u1 u2 u3");
  assertEquals(selected("owner.email ~ 'u'", "tasks", true), "t2");
  assertEquals(selected("owner.email = 'u1@example.org'", "tasks", true), "");
});

Deno.test("an error names the field that was probably meant, and where it stands", () => {
  const error = errorOf("done = true && owner.nmae = 'x'");
  assertEquals(
    [error.code, error.position, error.closest],
    ["unknown_field", 15, "name"],
  );
  assertEquals(errorOf("shout = 'x'").code, "unknown_field");
  assertEquals(errorOf("passwordHash = 'x'", "users").code, "unknown_field");
  assertEquals(errorOf("title.name = 'x'").code, "unknown_field");
  assertEquals(errorOf("users_via_team.name = 'x'").code, "unknown_field");
});

Deno.test("a value or an operator that does not fit a field is refused, with its place", () => {
  const cases: [string, number][] = [
    ["points = 'many'", 9],
    ["done = 'yes'", 7],
    ["title = 5", 8],
    ["title = true", 8],
    ["points ~ '5'", 0],
    ["title = points", 8],
    ["title:length = 1", 0],
    ["points:lower = 1", 0],
    ["due = @hour", 6],
  ];
  for (const [text, position] of cases) {
    const error = errorOf(text);
    assertEquals([error.code, error.position], ["wrong_type", position], text);
  }
  assertEquals(
    errorOf("owner.teams_via_members.members ~ 'u'").code,
    "unsupported",
  );
});

Deno.test("the relations of a path, the values of lists and the text of ~ have bounds", () => {
  const far = `owner.${"profiles_via_user.user.".repeat(3)}name = 'x'`;
  assertEquals(errorOf(far).code, "limit");
  const fan = "tasks_via_owner.owner.";
  sqlOf(`${fan.repeat(3)}name = 'x'`, "users");
  const wide = `helpers.${fan.repeat(2)}tasks_via_owner.title = 'x'`;
  assertEquals(errorOf(wide).found, "more relations to several records");
  const values = Array(1001).fill("x");
  const context = { schema: SCHEMA, collection: "tasks", now: NOW };
  for (const given of [values, "x".repeat(1001)]) {
    const filter = parseFilter("title ~ {:given}", {
      parameters: { given },
    });
    const error = assertThrows(() => filterSql(filter, context), QueryError);
    assertEquals(error.code, "limit");
  }
});

Deno.test("as many comparisons as are allowed are valid for SQLite", () => {
  using store = new SampleStore(COLLECTIONS, RECORDS);
  const one = "owner.team.name?='x'";
  const filter = parseFilter(Array(120).fill(one).join("||"));
  const twice = { kind: "and", filters: [filter, filter, filter] } as const;
  const condition = filterSql(twice, {
    schema: SCHEMA,
    collection: "tasks",
    now: NOW,
  });
  assertEquals(store.ids("tasks", condition), []);
});

Deno.test("a hostile text is a value, and no part of the SQL", () => {
  const hostile = fc.oneof(
    fc.constantFrom(
      `' OR 1=1 --`,
      `"; DROP TABLE tasks; --`,
      `') UNION SELECT passwordHash FROM users --`,
      "?",
      "\\",
      "%' ESCAPE 'x",
      `{:title}`,
    ),
    fc.string({ unit: "binary", maxLength: 30 }),
  ).filter((text) => !text.includes("\0"));
  const paths = ["title", "owner.name", "meta.k", "labels", "helpers.name"];
  fc.assert(
    fc.property(
      hostile,
      fc.constantFrom(...paths),
      fc.constantFrom("=", "!=", "~", "!~", "?=", "<"),
      (text, path, operator) => {
        const of = (value: string) =>
          filterSql(
            parseFilter(`${path} ${operator} {:value}`, {
              parameters: { value },
            }),
            { schema: SCHEMA, collection: "tasks", now: NOW },
          );
        const condition = of(text);
        // The SQL is that of any other text, but for whether there is one.
        assertEquals(condition.sql, of(text === "" ? "" : "plain").sql);
        const bare = condition.sql.replaceAll(/"[A-Za-z0-9_]+"/g, "");
        assert(/^[A-Za-z0-9_ ?(),.=<>'[\]\\]*$/.test(bare), bare);
      },
    ),
    { numRuns: isSlow ? 10_000 : 300 },
  );
});

Deno.test("each text is equal to itself alone, however it is written", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.string({ unit: "binary", maxLength: 6 }).map((text) =>
          text.replaceAll("\0", "").toWellFormed()
        ).filter((text) => text !== ""),
        { minLength: 2, maxLength: 4 },
      ),
      (titles) => {
        using store = new SampleStore(COLLECTIONS, {
          tasks: titles.map((title, at) => task(`t${at}`, { title })),
        });
        titles.forEach((value, at) => {
          const filter = parseFilter("title = {:value}", {
            parameters: { value },
          });
          const condition = filterSql(filter, {
            schema: SCHEMA,
            collection: "tasks",
            now: NOW,
          });
          assertEquals(store.ids("tasks", condition), [`t${at}`]);
        });
      },
    ),
    { numRuns: isSlow ? 2_000 : 40 },
  );
});

Deno.test("an index serves an equality, also across a relation", () => {
  using store = new SampleStore(COLLECTIONS, RECORDS);
  const planOf = (text: string) => {
    const { sql, values } = sqlOf(text);
    return store.plan({ sql: `SELECT * FROM "tasks" WHERE ${sql}`, values })
      .join("; ");
  };
  for (
    const [text, index] of [
      [
        "owner = 'u1' && done = true",
        "index_tasks_owner_done (owner=? AND done=?)",
      ],
      ["owner.name = 'Ann'", "index_tasks_owner_done (owner=?)"],
      ["points >= 3", "index_tasks_points (points>?)"],
      ["title = ''", "index_tasks_title (title=?)"],
    ] as const
  ) {
    const plan = planOf(text);
    assert(plan.includes(index), `${text}: ${plan}`);
    assert(!plan.includes("SCAN tasks"), `${text}: ${plan}`);
  }
});
