import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  bool,
  type Collection,
  collection,
  generated,
  integer,
  type Migration,
  MigrationError,
  relation,
  SchemaDifferenceError,
  select,
  text,
} from "../../src/store/mod.ts";
import { openStore, TestDirectory } from "./support/open_store.ts";

const title = text({ required: true });
const first = collection("tasks", { fields: { title } });

/** Opens the store of a directory, and does something with it. */
async function once<T>(
  directory: TestDirectory,
  collections: readonly Collection[],
  migrations: readonly Migration[],
  run: (opened: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
): Promise<T> {
  await using opened = await openStore({ collections, migrations }, {
    directory,
  });
  return await run(opened);
}

const nothing = (): Promise<void> => Promise.resolve();

Deno.test("a new collection, fields that may be empty, generated fields and indexes are made without a migration, and lose nothing", async () => {
  await using directory = new TestDirectory();
  const id = await once(directory, [first], [], async ({ data }) => {
    const { id } = await data.collection(first).create({ title: "a" });
    return id;
  });
  const lists = collection("lists", { fields: {} });
  const more = collection("tasks", {
    fields: {
      title,
      done: bool(),
      points: integer(),
      tags: select(["a", "b"], { max: 2 }),
      list: relation("lists", { onDelete: "set_null" }),
      twice: generated("points * 2", "integer"),
    },
    indexes: [{ fields: ["title"], isUnique: true }, { fields: ["twice"] }],
  });
  await once(directory, [lists, more], [], async ({ data, engine }) => {
    const { id: list } = await data.collection(lists).create({});
    const task = await data.collection(more).update(id, { points: 4, list });
    assertEquals(
      [task.title, task.done, task.points, task.tags, task.twice, task.list],
      ["a", false, 4, [], 8, list],
    );
    const indexes = await engine.read({
      sql:
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'tasks' AND sql IS NOT NULL ORDER BY name",
      values: [],
    });
    assertEquals(indexes.map(({ name }) => name), [
      "index_tasks_list",
      "index_tasks_twice",
      "unique_tasks_title",
    ]);
  });
  // What is the same needs nothing; an index that is not listed is removed.
  const fewer = collection("tasks", { fields: more.fields });
  await once(directory, [lists, fewer], [], async ({ engine }) => {
    const indexes = await engine.read({
      sql: "SELECT name FROM sqlite_schema WHERE name LIKE '%tasks_title'",
      values: [],
    });
    assertEquals(indexes, []);
  });
});

Deno.test("what could lose data or fail for a record is refused with the SQL that is needed, and nothing is changed", async () => {
  await using directory = new TestDirectory();
  const full = collection("tasks", {
    fields: { title, note: text(), points: integer() },
  });
  const other = collection("others", { fields: {} });
  await once(directory, [full, other], [], async ({ data }) => {
    await data.collection(full).create({ title: "a" });
    await data.collection(full).create({ title: "a" });
  });
  const cases: readonly [readonly Collection[], readonly string[]][] = [
    [[full], ['DROP TABLE "others"']],
    [[
      collection("tasks", { fields: { title, points: integer() } }),
      other,
    ], ['ALTER TABLE "tasks" DROP COLUMN "note"']],
    [[
      collection("tasks", {
        fields: { ...full.fields, level: text({ required: true }) },
      }),
      other,
    ], ['ALTER TABLE "tasks" ADD COLUMN "level" TEXT NOT NULL DEFAULT']],
    [[
      collection("tasks", {
        fields: { ...full.fields, points: text() },
      }),
      other,
    ], [
      'CREATE TABLE "new_tasks"',
      'INSERT INTO "new_tasks"',
      'DROP TABLE "tasks"',
      'ALTER TABLE "new_tasks" RENAME TO "tasks"',
    ]],
    [[
      collection("tasks", {
        fields: full.fields,
        indexes: [{ fields: ["title"], isUnique: true }],
      }),
      other,
    ], ['CREATE UNIQUE INDEX "unique_tasks_title"']],
  ];
  for (const [collections, steps] of cases) {
    const error = await assertRejects(
      () => once(directory, collections, [], nothing),
      SchemaDifferenceError,
    );
    assertEquals(error.steps.length, steps.length, error.message);
    for (const [i, step] of steps.entries()) {
      assert(error.steps[i]?.includes(step), `${error.steps[i]}`);
      assert(error.message.includes(step), error.message);
    }
  }
  await once(directory, [full, other], [], async ({ engine }) => {
    const rows = await engine.read({
      sql: "SELECT title, note, points FROM tasks",
      values: [],
    });
    assertEquals(rows, [
      { title: "a", note: null, points: null },
      { title: "a", note: null, points: null },
    ]);
  });
});

Deno.test("the steps that a refused start names are the migration that it needs", async () => {
  await using directory = new TestDirectory();
  await once(directory, [first], [], async ({ data }) => {
    await data.collection(first).create({ title: "7" });
  });
  const second = collection("tasks", {
    fields: { title: integer({ required: true }) },
  });
  const error = await assertRejects(
    () => once(directory, [second], [], nothing),
    SchemaDifferenceError,
  );
  // An integer cannot be made of text by itself.
  const up = error.steps.map((step) =>
    step.replace('"title" FROM', 'CAST("title" AS INTEGER) FROM')
  );
  const migrations = [{ name: "titles are numbers", up }];
  for (let times = 0; times < 2; times++) {
    await once(directory, [second], migrations, async ({ engine, data }) => {
      assertEquals(
        await engine.read({ sql: "SELECT title FROM tasks", values: [] }),
        [{ title: 7 }],
      );
      assertEquals(await data.integrityCheck(), []);
    });
  }
});

Deno.test("migrations run once and in order, and one that was changed, left out or put before others is refused", async () => {
  await using directory = new TestDirectory();
  await once(directory, [first], [], async ({ data }) => {
    await data.collection(first).create({ title: "a" });
  });
  const append = (name: string): Migration => ({
    name,
    up: [`UPDATE "tasks" SET "title" = "title" || ' ${name}'`],
  });
  const titles = async (migrations: readonly Migration[]) =>
    await once(directory, [first], migrations, async ({ engine }) => {
      const rows = await engine.read({
        sql: "SELECT title FROM tasks",
        values: [],
      });
      return rows.map((row) => row.title);
    });
  assertEquals(await titles([append("one")]), ["a one"]);
  assertEquals(await titles([append("one")]), ["a one"]);
  assertEquals(
    await titles([append("one"), append("two"), append("three")]),
    ["a one two three"],
  );
  const cases: readonly [readonly Migration[], string][] = [
    [
      [{ ...append("one"), up: [] }, append("two"), append("three")],
      "migration one was run on this file and has changed since",
    ],
    [[append("one")], "migration two was run on this file and is not listed"],
    [
      [append("zero"), append("one"), append("two"), append("three")],
      "migration one was run on this file where zero is listed",
    ],
  ];
  for (const [migrations, message] of cases) {
    await assertRejects(() => titles(migrations), MigrationError, message);
  }
  await assertRejects(() => titles([append("a"), append("a")]), TypeError);
});

Deno.test("a migration that fails, or would leave a relation to nothing, is rolled back, and the ones before it stay", async () => {
  await using directory = new TestDirectory();
  const lists = collection("lists", { fields: {} });
  const tasks = collection("tasks", {
    fields: { title, list: relation("lists") },
  });
  await once(directory, [lists, tasks], [], async ({ data }) => {
    const { id } = await data.collection(lists).create({});
    await data.collection(tasks).create({ title: "a", list: id });
  });
  const good = { name: "good", up: [`UPDATE "tasks" SET "title" = 'b'`] };
  await assertRejects(
    () =>
      once(directory, [lists, tasks], [
        good,
        { name: "bad", up: [`UPDATE "tasks" SET "title" = 'c'`, "NONSENSE"] },
      ], nothing),
    MigrationError,
    "migration bad has failed, and nothing of it was done",
  );
  await assertRejects(
    () =>
      once(directory, [lists, tasks], [
        good,
        { name: "orphans", up: [`DELETE FROM "lists"`] },
      ], nothing),
    MigrationError,
    "a relation of tasks would point to no record of lists",
  );
  await once(directory, [lists, tasks], [good], async ({ engine }) => {
    assertEquals(
      await engine.read({ sql: "SELECT title FROM tasks", values: [] }),
      [{ title: "b" }],
    );
  });
});

Deno.test("a new file has the collections as they are, and its migrations count as run", async () => {
  await using directory = new TestDirectory();
  const migrations = [{ name: "old", up: [`UPDATE "tasks" SET "gone" = 1`] }];
  await once(directory, [first], migrations, nothing);
  await once(directory, [first], migrations, nothing);
  await assertRejects(
    () => once(directory, [first], [], nothing),
    MigrationError,
  );
});
