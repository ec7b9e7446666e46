import { assertEquals, assertRejects } from "@std/assert";
import {
  anyOf,
  authCollection,
  bool,
  type Collection,
  collection,
  type Identity,
  integer,
  parseFilter,
  RecordNotFoundError,
  relation,
  text,
  where,
} from "../../src/store/mod.ts";
import { openStore } from "./support/open_store.ts";

const users = authCollection("users", {
  fields: { name: text(), team: text() },
  rules: { list: "name != 'hidden'", view: "name != 'secret'" },
});
const tasks = collection("tasks", {
  fields: {
    title: text(),
    done: bool(),
    points: integer(),
    owner: relation("users"),
    helpers: relation("users", { max: 3 }),
  },
  indexes: [{ fields: ["points"] }],
  rules: {
    list: "owner = @request.auth.id || helpers ?= @request.auth.id",
    view: (who) =>
      who?.kind === "record" &&
      anyOf(
        parseFilter("done = true"),
        parseFilter("owner.team = {:team}", {
          parameters: { team: String(who.record["team"]) },
        }),
      ),
  },
});
const COLLECTIONS: readonly Collection[] = [users, tasks];

Deno.test("in a store everybody lists, views, expands and counts what a model of the rules allows", async () => {
  await using opened = await openStore({ collections: COLLECTIONS });
  const { data } = opened;
  const people = data.collection(users);
  const accounts = await Promise.all(
    ["ann", "bob", "hidden", "secret"].map((name, at) =>
      people.create({
        name,
        team: at % 2 === 0 ? "north" : "south",
        email: `${name}@example.org`,
      })
    ),
  );
  const made = await Promise.all(
    Array.from({ length: 24 }, (_, at) =>
      data.collection(tasks).create({
        title: `task ${at}`,
        done: at % 5 === 0,
        points: at,
        owner: accounts[at % 5]?.id ?? null,
        helpers: accounts.filter((_, one) => (at >> one) % 3 === 0).map((
          { id },
        ) => id).slice(0, 3),
      })),
  );
  const ownerOf = (id: string | null) => accounts.find((one) => one.id === id);
  for (
    const who of [
      null,
      { kind: "superuser" } as const,
      ...accounts.map((record): Identity => ({
        kind: "record",
        collection: "users",
        id: record.id,
        record,
      })),
    ]
  ) {
    const isRoot = who?.kind === "superuser";
    const me = who?.kind === "record" ? who : undefined;
    const team = ownerOf(me?.id ?? null)?.team;
    const seen = data.as(who).collection(tasks);
    const mine = made.filter(({ owner, helpers }) =>
      isRoot ||
      (me !== undefined && (owner === me.id || helpers.includes(me.id)))
    );
    const page = await seen.list({
      limit: 1000,
      sort: "-points",
      expand: "owner,helpers",
    });
    assertEquals(
      page.items.map(({ id }) => id),
      mine.map(({ id }) => id).reverse(),
    );
    for (const item of page.items) {
      const expand = expandOf(item);
      const owner = ownerOf(item.owner);
      const isShown = owner !== undefined &&
        (isRoot || owner.name !== "secret");
      assertEquals("owner" in expand, isShown);
      const helpers = item.helpers.filter((id) =>
        isRoot || ownerOf(id)?.name !== "secret"
      );
      const expanded = expand["helpers"] ?? [];
      assertEquals(
        Array.isArray(expanded) && expanded.map((one) => one.id),
        helpers,
      );
    }
    // The list rule hides an owner from filters, the view rule from expansions.
    const hidden = { filter: "owner.name = 'hidden'" };
    const visible = isRoot
      ? mine.filter(({ owner }) => ownerOf(owner)?.name === "hidden").length
      : 0;
    assertEquals(await seen.count(hidden), visible);
    assertEquals(
      await seen.aggregate({
        values: {
          n: { kind: "count" },
          points: { kind: "sum", field: "points" },
        },
      }),
      [{
        n: mine.length,
        points: mine.reduce((sum, { points }) => sum + (points ?? 0), 0),
      }],
    );
    for (const task of made) {
      const isViewed = isRoot ||
        (me !== undefined &&
          (task.done || ownerOf(task.owner)?.team === team));
      if (isViewed) assertEquals((await seen.get(task.id)).id, task.id);
      else await assertRejects(() => seen.get(task.id), RecordNotFoundError);
    }
  }
});

Deno.test("a list in a store says whether it reads all records, and which index it lacks", async () => {
  await using opened = await openStore({ collections: COLLECTIONS });
  const { data } = opened;
  const all = data.collection(tasks);
  const served = await all.explain({
    filter: where(tasks).points.isAbove(3),
    sort: "points",
  });
  assertEquals([served.needsScan, served.index], [false, undefined]);
  const scanned = await all.explain({ filter: "title = 'x'", sort: "-done" });
  assertEquals([scanned.needsScan, scanned.index], [true, ["title", "done"]]);
  // A rule is part of what is read.
  const ruled = await data.as({ kind: "key", name: "k" }).collection(users)
    .explain();
  assertEquals(ruled.needsScan, true);
});

function expandOf(
  record: { readonly expand?: Readonly<Record<string, unknown>> } | object,
): Readonly<Record<string, unknown>> {
  return "expand" in record ? record.expand ?? {} : {};
}
