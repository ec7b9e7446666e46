// Queries that are slow, or read all records, are kept and reported without
// their values.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  collection,
  integer,
  noneOf,
  QueryError,
  type SlowQueryOptions,
  storedFunction,
  text,
  where,
} from "../../src/store/mod.ts";
import { ALL } from "../../src/store/query/filter.ts";
import { parseFilter } from "../../src/store/query/filter_parser.ts";
import { filterShape } from "../../src/store/query/filter_shape.ts";
import {
  resolveSlowQueryOptions,
  SlowQueries,
} from "../../src/store/slow_queries.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { openStore } from "./support/open_store.ts";
import { z } from "zod";

const notes = collection("notes", {
  fields: { title: text(), level: integer() },
  indexes: [{ fields: ["level"] }],
  rules: { list: true },
});

async function opened(slowQueries: SlowQueryOptions) {
  return await openStore({ collections: [notes], slowQueries });
}

/** What is written to the console meanwhile. */
async function warningsOf(run: () => Promise<void>): Promise<string[]> {
  const { warn } = console;
  const lines: string[] = [];
  console.warn = (line: string) => lines.push(line);
  try {
    await run();
  } finally {
    console.warn = warn;
  }
  return lines;
}

Deno.test("queries that differ in their values alone are one shape", () => {
  const shapes = [
    ["", ""],
    ["title = 'a' && level > 3", "title = ? && level > ?"],
    [
      "a.b ?~ 'x' || (c:lower = 'y' && d = @now)",
      "a.b ?~ ? || (c:lower = ? && d = @now)",
    ],
    ["a = null || a = 'x?'", "a = ? || a = ?"],
  ] as const;
  for (const [filter, shape] of shapes) {
    assertEquals(filterShape(filter === "" ? ALL : parseFilter(filter)), shape);
  }
  assertEquals(
    filterShape(noneOf(where(notes).title.is("a"))),
    "not (title = ?)",
  );
});

Deno.test("a query that takes too long is kept with its plan, how often and how long", async () => {
  await using one = await opened({ overMs: 0 });
  const { data } = one;
  const all = data.collection(notes);
  for (const title of ["a", "b", "c"]) {
    await all.list({ filter: `title = '${title}'`, sort: "-level" });
  }
  await all.count({ filter: "level = 3" });
  await all.aggregate({ values: { all: { kind: "count" } } });
  await assertRejects(() => all.list({ filter: "tittle = 1" }), QueryError);
  // The one reader has looked at the plans before.
  await all.count();
  const found = data.slowQueries();
  assertEquals(
    found.map(({ kind, collection, filter, sort, count }) =>
      [kind, collection, filter, sort, count].join("|")
    ).sort(),
    [
      "aggregate|notes|||1",
      "count|notes|level = ?||1",
      "count|notes|||1",
      "list|notes|title = ?|-level|3",
    ].sort(),
  );
  const list = found.find(({ kind }) => kind === "list");
  assertEquals(list?.plan?.needsScan, true);
  assertEquals(list?.plan?.index, ["title", "level"]);
  assert(list !== undefined && list.maxMs >= list.meanMs);
  // The example can be asked for again.
  assertEquals(list.example.filter, parseFilter("title = 'c'"));
  const { sort, filter } = list.example;
  assertEquals((await all.list({ sort, filter })).items, []);
  const count = found.find(({ filter }) => filter === "level = ?");
  assertEquals(count?.plan?.needsScan, false);
});

Deno.test("a query that is fast is not kept, nor is one within a stored function", async () => {
  await using one = await openStore({
    collections: [notes],
    slowQueries: { overMs: 600_000 },
    functions: {
      find: storedFunction({
        input: z.string(),
        run: async ({ collection }, title) =>
          (await collection(notes).list({ filter: `title = '${title}'` })).items
            .length,
      }),
    },
  });
  await one.data.collection(notes).list({ filter: "title = 'a'" });
  assertEquals(await one.data.call("find", "x"), 0);
  assertEquals(one.data.slowQueries(), []);
});

Deno.test("in development, a list that no index serves is reported once, without its values", async () => {
  await using one = await opened({ overMs: 600_000, warns: true });
  const all = one.data.collection(notes);
  const lines = await warningsOf(async () => {
    for (const word of ["secret", "other"]) {
      await all.list({ filter: `title = '${word}'` });
      await all.list({ filter: "level = 3", sort: "level" });
    }
    await all.count({ filter: "level = 1" });
    await all.get("nobody000000000").catch(() => {});
  });
  assertEquals(lines.length, 1, lines.join("\n"));
  assert(lines[0]?.includes("a list of notes where title = ?"), lines[0]);
  assert(lines[0]?.includes("reads all records; an index on title"), lines[0]);
  const [kept] = one.data.slowQueries();
  assertEquals([kept?.count, kept?.plan?.needsScan], [0, true]);
});

Deno.test("200 shapes of slow queries are kept, and the one seen longest ago goes first", async () => {
  const options = resolveSlowQueryOptions({ overMs: 5 });
  const queries = new SlowQueries(options, new ManualClock(), () => 7);
  const explain = () =>
    Promise.resolve({
      steps: [],
      needsScan: false,
      needsSort: false,
      index: undefined,
    });
  for (let i = 0; i < 250; i++) {
    const example = { collection: `c${i}`, filter: ALL, sort: "" };
    queries.ended({ kind: "list", ms: 5 + i, example, explain });
  }
  await Promise.resolve();
  const { all } = queries;
  assertEquals(all.length, 200);
  assertEquals([all[0]?.collection, all.at(-1)?.collection], ["c249", "c50"]);
});

Deno.test("options of slow queries are checked", () => {
  assertThrows(() => resolveSlowQueryOptions({ overMs: -1 }), RangeError);
  assertThrows(
    // @ts-expect-error It is misspelt.
    () => resolveSlowQueryOptions({ warn: true }),
    TypeError,
    "warns",
  );
});
