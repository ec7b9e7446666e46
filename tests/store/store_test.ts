import { assert, assertEquals, assertRejects } from "@std/assert";
import { setTimeout as delay } from "node:timers/promises";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  bool,
  ChangesLostError,
  collection,
  computed,
  date,
  generated,
  integer,
  InvalidRecordError,
  json,
  NotUniqueError,
  number,
  RecordInUseError,
  RecordNotFoundError,
  relation,
  restoreBackup,
  RuleRefusedError,
  select,
  store,
  StoreBusyError,
  StoreClosedError,
  StoreCorruptError,
  storedFunction,
  StoreError,
  StoreFileError,
  StoreFullError,
  StoreLockedError,
  StoreLostError,
  StoreTimeoutError,
  text,
  TooManyRowsError,
} from "../../src/store/mod.ts";
import type { Change, WriteStep } from "../../src/store/engine/engine.ts";
import { ManualClock } from "../../src/testing/mod.ts";
import { openStore, TestDirectory } from "./support/open_store.ts";

const users = collection("users", {
  fields: { name: text({ required: true }) },
  indexes: [{ fields: ["name"], isUnique: true }],
});
const tasks = collection("tasks", {
  fields: {
    title: text({ required: true, max: 200 }),
    done: bool(),
    points: integer(),
    weight: number(),
    due: date(),
    tags: select(["red", "blue"], { max: 2 }),
    extra: json(),
    owner: relation("users", { onDelete: "cascade" }),
    twice: generated("points * 2", "integer"),
    label: computed(
      ["title", "done"],
      ({ title, done }: { title: string; done: boolean }) =>
        `${done ? "x" : "-"} ${title}`,
    ),
  },
  indexes: [{ fields: ["points"] }],
});
const collections = [users, tasks];

Deno.test("a record is read back as it was written, by another store of the file too", async () => {
  await using directory = new TestDirectory();
  const written = {
    title: "é😀 '; DROP TABLE tasks; --",
    done: true,
    points: 2 ** 53 - 1,
    weight: 0.1,
    due: new Date("2026-01-02T03:04:05.678Z"),
    tags: ["blue", "red"] as const,
    extra: { a: [1, 1.5, null, "x"], b: { c: true } },
  };
  let id: string;
  {
    await using opened = await openStore({ collections }, { directory });
    const created = await opened.data.collection(tasks).create(written);
    id = created.id;
    assertEquals(created.twice, (2 ** 53 - 1) * 2);
    assertEquals(await opened.data.collection(tasks).get(id), created);
  }
  await using opened = await openStore({ collections }, { directory });
  const read = await opened.data.collection(tasks).get(id);
  assertEquals(
    { ...read, created: "", updated: "" },
    {
      ...written,
      id,
      created: "",
      updated: "",
      due: "2026-01-02 03:04:05.678Z",
      owner: null,
      twice: (2 ** 53 - 1) * 2,
      label: `x ${written.title}`,
    },
  );
  assert(/^[a-z0-9]{15}$/.test(id));
  assert(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z$/.test(read.created));
});

Deno.test("a record is changed in the fields that are given, and deleted once", async () => {
  await using opened = await openStore({ collections });
  const all = opened.data.collection(tasks);
  const { id } = await all.create({ title: "a", points: 1 });
  const changed = await all.update(id, { done: true, points: null });
  assertEquals([changed.title, changed.done, changed.points, changed.label], [
    "a",
    true,
    null,
    "x a",
  ]);
  await all.delete(id);
  for (
    const attempt of [
      () => all.get(id),
      () => all.update(id, { title: "b" }),
      () => all.delete(id),
    ]
  ) await assertRejects(attempt, RecordNotFoundError);
});

Deno.test("unique values, ids that are taken and relations to nothing are typed errors that name the field", async () => {
  await using opened = await openStore({ collections });
  const { data } = opened;
  const { id } = await data.collection(users).create({ name: "Ann" });
  const taken = await assertRejects(
    () => data.collection(users).create({ name: "Ann" }),
    NotUniqueError,
  );
  assertEquals([taken.collection, taken.fields], ["users", ["name"]]);
  const sameId = await assertRejects(
    () => data.collection(users).create({ id, name: "Bob" }),
    NotUniqueError,
  );
  assertEquals(sameId.fields, ["id"]);
  const nobody = await assertRejects(
    () =>
      data.collection(tasks).create({ title: "x", owner: "abcdefghijklmno" }),
    InvalidRecordError,
  );
  assertEquals(nobody.issues.map(({ path }) => path), ["owner"]);
});

Deno.test("writes that come together share a commit, and one that fails spoils no other", async () => {
  await using opened = await openStore({ collections });
  const { data } = opened;
  const all = data.collection(users);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 300 }, (_, i) => all.create({ name: `n${i % 200}` })),
  );
  const failed = outcomes.flatMap((outcome, i) =>
    outcome.status === "rejected" ? [[i, outcome.reason.name]] : []
  );
  assertEquals(
    failed,
    Array.from({ length: 100 }, (_, i) => [200 + i, "NotUniqueError"]),
  );
  const { changes } = await opened.engine.changesSince("0", 1000);
  assertEquals(changes.map(({ cursor }) => cursor), [
    ...Array.from({ length: 200 }, (_, i) => String(i + 1)),
  ]);
});

Deno.test("the steps of one write are done all or not at all", async () => {
  await using opened = await openStore({ collections });
  const { engine } = opened;
  const moment = "2026-01-02 03:04:05.678Z";
  const create = (id: string, name: string): WriteStep => ({
    kind: "create",
    collection: "users",
    row: { id, created: moment, updated: moment, name },
  });
  await assertRejects(
    () =>
      engine.write({
        steps: [create("aaaaaaaaaaaaaaa", "a"), create("bbbbbbbbbbbbbbb", "a")],
      }),
    NotUniqueError,
  );
  assertEquals(
    await engine.read({ sql: "SELECT * FROM users", values: [] }),
    [],
  );
  const { changes } = await opened.engine.changesSince("0", 10);
  assertEquals(changes, []);
  await engine.write({
    steps: [create("aaaaaaaaaaaaaaa", "a"), create("bbbbbbbbbbbbbbb", "b")],
  });
  assertEquals((await opened.engine.changesSince("0", 10)).changes.length, 2);
});

Deno.test("SQL that a caller sends as data stays data", async () => {
  await using opened = await openStore({ collections });
  const all = opened.data.collection(users);
  for (
    const name of [
      "'; DELETE FROM users; --",
      '" OR 1=1 --',
      "x' UNION SELECT * FROM sqlite_schema --",
      "?1 $a :b @c",
      "%_\\",
    ]
  ) {
    const { id } = await all.create({ name });
    assertEquals((await all.get(id)).name, name);
    await assertRejects(() => all.get(name), RecordNotFoundError);
    await assertRejects(() => all.delete(name), RecordNotFoundError);
  }
  const rows = await opened.engine.read({
    sql: "SELECT count(*) AS n FROM users",
    values: [],
  });
  assertEquals(rows, [{ n: 5 }]);
});

Deno.test("text that SQLite would cut or replace is refused, whichever way it comes", async () => {
  await using opened = await openStore({ collections });
  for (const bad of ["a\0b", "\0", "\ud800"]) {
    await assertRejects(
      () => opened.data.collection(users).create({ name: bad }),
      InvalidRecordError,
    );
    await assertRejects(
      () =>
        opened.engine.write({
          steps: [{
            kind: "run",
            statement: { sql: "SELECT ?", values: [bad] },
          }],
        }),
      InvalidRecordError,
    );
  }
});

Deno.test("a delete takes what its relations say with it, and each has its change", async () => {
  const groups = collection("groups", { fields: { name: text() } });
  const people = collection("people", {
    fields: {
      group: relation("groups", { onDelete: "cascade" }),
      others: relation("groups", { max: 5, onDelete: "set_null" }),
    },
  });
  const notes = collection("notes", {
    fields: { author: relation("people", { onDelete: "set_null" }) },
  });
  const locks = collection("locks", {
    fields: { person: relation("people", { required: true }) },
  });
  await using opened = await openStore({
    collections: [groups, people, notes, locks],
  });
  const { data } = opened;
  const [g, h] = [
    await data.collection(groups).create({}),
    await data.collection(groups).create({}),
  ];
  const inG = await data.collection(people).create({ group: g.id });
  const both = await data.collection(people).create({
    group: h.id,
    others: [g.id, h.id],
  });
  const note = await data.collection(notes).create({ author: inG.id });
  const lock = await data.collection(locks).create({ person: inG.id });
  const inUse = await assertRejects(
    () => data.collection(groups).delete(g.id),
    RecordInUseError,
  );
  assert(inUse.message.includes(`locks ${lock.id}`), inUse.message);
  await data.collection(locks).delete(lock.id);
  const { cursor } = data;
  await data.collection(groups).delete(g.id);
  assertEquals((await data.collection(notes).get(note.id)).author, null);
  assertEquals((await data.collection(people).get(both.id)).others, [h.id]);
  const { changes } = await opened.engine.changesSince(cursor, 10);
  assertEquals(
    changes.map(({ collection, kind, id }) => `${kind} ${collection} ${id}`),
    [
      `update notes ${note.id}`,
      `delete people ${inG.id}`,
      `update people ${both.id}`,
      `delete groups ${g.id}`,
    ],
  );
});

Deno.test("records that point to each other are deleted together", async () => {
  const nodes = collection("nodes", {
    fields: { next: relation("nodes", { onDelete: "cascade" }) },
  });
  await using opened = await openStore({ collections: [nodes] });
  const all = opened.data.collection(nodes);
  const a = await all.create({});
  const b = await all.create({ next: a.id });
  await all.update(a.id, { next: b.id });
  await all.delete(a.id);
  await assertRejects(() => all.get(b.id), RecordNotFoundError);
  assertEquals(await opened.data.integrityCheck(), []);
});

Deno.test("subscribers are notified after the commit, in order, and before whoever wrote", async () => {
  await using opened = await openStore({ collections });
  const { data } = opened;
  const seen: Change[] = [];
  const first = await data.collection(users).create({ name: "before" });
  using _one = opened.engine.subscribe((changes) => void seen.push(...changes));
  using _bad = opened.engine.subscribe(() => {
    // It harms nobody; what it throws is printed.
    if (seen.length < 0) throw new Error("never");
  });
  const { id } = await data.collection(users).create({ name: "a" });
  assertEquals(seen.map(({ kind, id }) => [kind, id]), [["create", id]]);
  await data.collection(users).update(id, { name: "b" });
  await data.collection(users).delete(first.id);
  assertEquals(
    seen.map(({ kind, record, before }) => [kind, before?.name, record?.name]),
    [
      ["create", undefined, "a"],
      ["update", "a", "b"],
      ["delete", "before", undefined],
    ],
  );
  await Promise.all(
    Array.from(
      { length: 50 },
      (_, i) => data.collection(users).create({ name: `n${i}` }),
    ),
  );
  assertEquals(seen.map(({ cursor }) => Number(cursor)), [
    ...Array.from({ length: 53 }, (_, i) => i + 2),
  ]);
  assertEquals(data.cursor, "54");
  assertEquals((await opened.engine.changesSince("1", 100)).changes, seen);
});

Deno.test("a subscriber that comes while something is written misses nothing after the cursor that it saw", async () => {
  await using opened = await openStore({ collections });
  const { data } = opened;
  for (let round = 0; round < 5; round++) {
    const writes = Array.from(
      { length: 20 },
      (_, i) => data.collection(users).create({ name: `${round} ${i}` }),
    );
    // The first of them are on their way now.
    await delay(0);
    const from = Number(data.cursor);
    const seen: string[] = [];
    using _subscription = opened.engine.subscribe((changes) => {
      seen.push(...changes.map(({ cursor }) => cursor));
    });
    await Promise.all(writes);
    const last = Number(data.cursor);
    assertEquals(seen, [
      ...Array.from({ length: last - from }, (_, i) => String(from + i + 1)),
    ]);
  }
});

Deno.test("changes are read from a cursor on in pages, and a cursor that the log has forgotten or never had is a typed error", async () => {
  await using opened = await openStore({
    collections,
    changes: { keepCount: 100 },
  });
  const { data } = opened;
  for (let i = 0; i < 600; i += 50) {
    await Promise.all(
      Array.from(
        { length: 50 },
        (_, k) => data.collection(users).create({ name: `n${i + k}` }),
      ),
    );
  }
  const lost = await assertRejects(
    () => opened.engine.changesSince("0", 10),
    ChangesLostError,
  );
  const first = Number(lost.firstCursor);
  assert(first > 0 && first <= 500, `the log begins after ${first}`);
  const read: string[] = [];
  let page = await opened.engine.changesSince(lost.firstCursor, 70);
  while (true) {
    read.push(...page.changes.map(({ cursor }) => cursor));
    if (page.isAll) break;
    page = await opened.engine.changesSince(page.cursor, 70);
  }
  assertEquals(read.map(Number), [
    ...Array.from({ length: 600 - first }, (_, i) => first + i + 1),
  ]);
  await assertRejects(
    () => opened.engine.changesSince("601", 10),
    ChangesLostError,
  );
  assertEquals((await opened.engine.changesSince("600", 10)).changes, []);
  await assertRejects(
    () => opened.engine.changesSince("x", 10),
    TypeError,
    '"x"',
  );
});

Deno.test("changes are kept for as long as it says, and not longer", async () => {
  const clock = new ManualClock();
  await using opened = await openStore({
    collections,
    changes: { keepHours: 1 },
  }, { system: { clock } });
  const { data } = opened;
  const write = (round: number) =>
    Promise.all(
      Array.from(
        { length: 250 },
        (_, i) => data.collection(users).create({ name: `${round} ${i}` }),
      ),
    );
  await write(1);
  clock.advance(3_500_000);
  await write(2);
  assertEquals((await opened.engine.changesSince("0", 1)).changes.length, 1);
  clock.advance(200_000);
  await write(3);
  const lost = await assertRejects(
    () => opened.engine.changesSince("0", 1),
    ChangesLostError,
  );
  assertEquals(lost.firstCursor, "250");
});

Deno.test("a clock that jumps back moves neither the log nor a record back", async () => {
  let jump = 0;
  const clock = new ManualClock();
  const jumping = {
    now: () => clock.now() + jump,
    schedule: (delayMs: number, callback: () => void) =>
      clock.schedule(delayMs, callback),
  };
  await using opened = await openStore(
    { collections },
    { system: { clock: jumping } },
  );
  const all = opened.data.collection(users);
  const before = await all.create({ name: "a" });
  jump = -86_400_000;
  const after = await all.update(before.id, { name: "b" });
  assertEquals(after.updated, before.updated);
  const later = await all.create({ name: "c" });
  assert(later.created < before.created, "the clock has not jumped");
  const { changes } = await opened.engine.changesSince("0", 10);
  assertEquals(changes.map(({ cursor }) => cursor), ["1", "2", "3"]);
  assertEquals(new Set(changes.map(({ at }) => at)).size, 1);
});

Deno.test("a file has one store at a time, and another is refused at once", async () => {
  await using opened = await openStore({ collections });
  await using system = new ActorSystem();
  await assertRejects(
    () => store(system, { path: opened.path, collections }),
    StoreLockedError,
    "another process or another store",
  );
  const program = `
    import { ActorSystem } from ${
    JSON.stringify(import.meta.resolve("../../src/actor/mod.ts"))
  };
    import { store } from ${
    JSON.stringify(import.meta.resolve("../../src/store/mod.ts"))
  };
    await using system = new ActorSystem();
    try {
      await store(system, { path: Deno.env.get("STORE_PATH") ?? "", collections: [] });
    } catch (error) {
      console.log(error.name);
    }
  `;
  const file = opened.directory.file("other.ts");
  await Deno.writeTextFile(file, program);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--config",
      new URL("../../deno.json", import.meta.url).pathname,
      file,
    ],
    env: { STORE_PATH: opened.path, NO_COLOR: "1" },
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "StoreLockedError\n");
  await opened.data.close();
  await using again = await store(system, { path: opened.path, collections });
  assertEquals(again.cursor, "0");
});

Deno.test("a write waits for another program that writes to the file, for busyMs at most", async () => {
  const { DatabaseSync } = await import("node:sqlite");
  await using opened = await openStore({ collections, limits: { busyMs: 50 } });
  const other = new DatabaseSync(opened.path);
  try {
    other.exec("BEGIN IMMEDIATE");
    await assertRejects(
      () => opened.data.collection(users).create({ name: "a" }),
      StoreLockedError,
      "another process writes to the file",
    );
    other.exec("ROLLBACK");
    await opened.data.collection(users).create({ name: "a" });
  } finally {
    other.close();
  }
});

Deno.test("a file that is damaged, another program's or no file at all is a typed error", async () => {
  await using directory = new TestDirectory();
  const { DatabaseSync } = await import("node:sqlite");
  await using system = new ActorSystem();
  const open = (path: string) => store(system, { path, collections });
  const garbage = directory.file("garbage.db");
  await Deno.writeTextFile(garbage, "this is no database ".repeat(500));
  await assertRejects(() => open(garbage), StoreCorruptError, "damaged");
  const foreign = directory.file("foreign.db");
  const other = new DatabaseSync(foreign);
  other.exec("CREATE TABLE a (b)");
  other.close();
  await assertRejects(
    () => open(foreign),
    StoreCorruptError,
    "another program",
  );
  await assertRejects(
    () => open(directory.file("nowhere/data.db")),
    StoreFileError,
  );
  await Deno.mkdir(directory.file("folder.db"));
  await assertRejects(() => open(directory.file("folder.db")), StoreFileError);
});

Deno.test("a page that was damaged is found by the integrity check, is a typed error for what needs it, and a backup is as it was", async () => {
  const { DatabaseSync } = await import("node:sqlite");
  await using directory = new TestDirectory();
  await using copies = new TestDirectory();
  {
    await using opened = await openStore({ collections }, { directory });
    const all = opened.data.collection(users);
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => all.create({ name: `name ${i}` })),
    );
    assertEquals(await opened.data.integrityCheck(), []);
    await opened.data.backup(copies.file());
  }
  const database = new DatabaseSync(directory.file());
  const page = Number(
    database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?")
      .get("unique_users_name")?.rootpage,
  );
  database.close();
  {
    using file = await Deno.open(directory.file(), { write: true });
    await file.seek((page - 1) * 4096, Deno.SeekMode.Start);
    await file.write(new Uint8Array(4096).fill(0xa5));
  }
  const byName = { sql: "SELECT name FROM users ORDER BY name", values: [] };
  {
    await using opened = await openStore({ collections }, { directory });
    await assertRejects(
      () => opened.engine.read(byName),
      StoreCorruptError,
      "restore it from a backup",
    );
    await assertRejects(
      () => opened.data.collection(users).create({ name: "new" }),
      StoreCorruptError,
    );
    assert((await opened.data.integrityCheck()).length > 0);
  }
  await using restored = await openStore({ collections }, {
    directory: copies,
  });
  assertEquals((await restored.engine.read(byName)).length, 200);
  assertEquals(await restored.data.integrityCheck(), []);
});

Deno.test("when there is no room a write is refused whole, reads go on, and writes do again when there is", async () => {
  // The bound of the file stands for the disk: SQLite reports both as full.
  await using opened = await openStore({
    collections,
    limits: { maxFileBytes: 400_000 },
  });
  const all = opened.data.collection(users);
  const ids: string[] = [];
  const refused: unknown[] = [];
  const fill = Array.from({ length: 40 }, (_, i) => `${i} ${"x".repeat(4000)}`);
  for (let round = 0; round < 5 && refused.length === 0; round++) {
    const outcomes = await Promise.allSettled(
      fill.map((name) => all.create({ name: `${round} ${name}` })),
    );
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") ids.push(outcome.value.id);
      else refused.push(outcome.reason);
    }
  }
  assert(refused.length > 0, "the file was not full");
  for (const error of refused) {
    assert(error instanceof StoreFullError, `${error}`);
  }
  const rows = await opened.engine.read({
    sql: "SELECT id FROM users",
    values: [],
  });
  assertEquals(new Set(rows.map(({ id }) => id)), new Set(ids));
  const { changes } = await opened.engine.changesSince("0", 10_000);
  assertEquals(changes.map(({ id }) => id), ids);
  for (const id of ids.slice(0, ids.length / 2)) await all.delete(id);
  await all.create({ name: "there is room" });
  assertEquals(await opened.data.integrityCheck(), []);
});

Deno.test("what waits is bounded: one write or read more is refused as busy, and does nothing", async () => {
  await using opened = await openStore({
    collections,
    limits: { maxQueuedWrites: 10, maxQueuedReads: 10 },
  });
  const all = opened.data.collection(users);
  const writes = await Promise.allSettled(
    Array.from({ length: 15 }, (_, i) =>
      opened.engine.write({
        steps: [{
          kind: "run",
          statement: { sql: "SELECT ?", values: [BigInt(i)] },
        }],
      })),
  );
  const busy = writes.filter((one) =>
    one.status === "rejected" && one.reason instanceof StoreBusyError
  );
  assertEquals([writes.length, busy.length], [15, 5]);
  const reads = await Promise.allSettled(
    Array.from(
      { length: 15 },
      () => opened.engine.read({ sql: "SELECT 1", values: [] }),
    ),
  );
  assertEquals(reads.filter(({ status }) => status === "rejected").length, 5);
  await all.create({ name: "later" });
});

Deno.test("a read that finds more rows than it may is refused", async () => {
  await using opened = await openStore({ collections });
  const read = (maxRows: number) =>
    opened.engine.read({
      sql:
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n LIMIT 1000",
      values: [],
    }, { maxRows });
  assertEquals((await read(1000)).length, 1000);
  await assertRejects(() => read(999), TooManyRowsError);
  // However many there would be, so many are read.
  await assertRejects(
    () =>
      opened.engine.read({
        sql:
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
        values: [],
      }, { maxRows: 10 }),
    TooManyRowsError,
  );
});

Deno.test("a read that takes too long is given up, and its thread is replaced when it comes back", async () => {
  const clock = new ManualClock();
  await using opened = await openStore({
    collections,
    limits: { readTimeoutMs: 1000 },
  }, { system: { clock } });
  using _events = opened.system.events.subscribe(() => {}, {
    handlesFailures: true,
  });
  const slow = opened.engine.read({
    sql:
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000000) SELECT max(i) FROM n",
    values: [],
  });
  const outcome = slow.catch((error) => error);
  // By then it is on its thread, which nobody can interrupt.
  await delay(0);
  clock.advance(1000);
  const error = await outcome;
  assert(error instanceof StoreTimeoutError, `${error}`);
  const next = opened.engine.read({ sql: "SELECT 1 AS one", values: [] });
  let isDone = false;
  next.then(() => isDone = true, () => isDone = true);
  // The delay before the next thread is the clock's as well.
  while (!isDone) {
    await delay(1);
    clock.advance(20);
  }
  assertEquals(await next, [{ one: 1 }]);
});

Deno.test("whole numbers beyond 2^53 are read as bigint, and not changed", async () => {
  await using opened = await openStore({ collections });
  assertEquals(
    await opened.engine.read({
      sql: "SELECT ? AS a, 5 AS b, 1.5 AS c",
      values: [2n ** 60n + 1n],
    }),
    [{ a: 2n ** 60n + 1n, b: 5, c: 1.5 }],
  );
});

Deno.test("what is aborted while it waits is not done, and rejects with the reason", async () => {
  await using opened = await openStore({ collections });
  const all = opened.data.collection(users);
  const reason = new Error("no longer wanted");
  const controller = new AbortController();
  const { signal } = controller;
  const write = opened.engine.write({
    steps: [{
      kind: "create",
      collection: "users",
      row: { id: "aaaaaaaaaaaaaaa", created: "", updated: "", name: "a" },
    }],
  }, { signal });
  const read = opened.engine.read({ sql: "SELECT 1", values: [] }, { signal });
  controller.abort(reason);
  assertEquals(await write.catch((error) => error), reason);
  assertEquals(await read.catch((error) => error), reason);
  assertEquals(
    await all.get("aaaaaaaaaaaaaaa").catch((error) => error.name),
    "RecordNotFoundError",
  );
  const early = all.create({ name: "b" }, { signal });
  assertEquals(await early.catch((error) => error), reason);
});

const anything = {
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: (value: unknown) => ({ value }),
    types: undefined as { input: unknown; output: unknown } | undefined,
  },
};

Deno.test("a stored function runs alone, and what it writes is kept whole or not at all", async () => {
  const add = storedFunction({
    input: anything,
    allow: (who) => who !== null,
    async run({ collection }, input) {
      const { id } = Object(input);
      const { points } = await collection(tasks).get(id);
      return await collection(tasks).update(id, { points: (points ?? 0) + 1 });
    },
  });
  const fail = storedFunction({
    input: anything,
    async run({ collection }) {
      await collection(users).create({ name: "half" });
      throw new Error("it has failed");
    },
  });
  await using opened = await openStore({
    collections,
    functions: { add, fail },
  });
  const { data } = opened;
  const { id } = await data.collection(tasks).create({ title: "x", points: 0 });
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => data.call("add", { id })),
  );
  // None of them has seen the points of another that was not done.
  assertEquals(outcomes.map(({ points }) => points), [
    ...Array.from({ length: 20 }, (_, i) => i + 1),
  ]);
  await assertRejects(() => data.call("fail", null), Error, "it has failed");
  const rows = await opened.engine.read({
    sql: "SELECT * FROM users",
    values: [],
  });
  assertEquals(rows, []);
  const { changes } = await opened.engine.changesSince("0", 100);
  assertEquals(changes.length, 21);
  await assertRejects(
    () => data.call("ad" as "add", null),
    StoreError,
    "did you mean add?",
  );
});

Deno.test("a stored function that takes too long or is aborted is rolled back, and others go on", async () => {
  const clock = new ManualClock();
  const entered = Promise.withResolvers<AbortSignal>();
  const late = Promise.withResolvers<unknown>();
  const slow = storedFunction({
    input: anything,
    timeoutMs: 1000,
    async run({ collection, signal }) {
      await collection(users).create({ name: "slow" });
      entered.resolve(signal);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      collection(users).create({ name: "late" }).catch(late.resolve);
    },
  });
  await using opened = await openStore({ collections, functions: { slow } }, {
    system: { clock },
  });
  const { data } = opened;
  const call = data.call("slow", null);
  const signal = await entered.promise;
  const other = data.collection(users).create({ name: "other" });
  clock.advance(1000);
  await assertRejects(() => call, StoreTimeoutError, "1000 ms");
  assertEquals((await other).name, "other");
  assert(signal.aborted);
  assert(await late.promise instanceof StoreClosedError);
  const rows = await opened.engine.read({
    sql: "SELECT name FROM users",
    values: [],
  });
  assertEquals(rows, [{ name: "other" }]);
});

Deno.test("whole records are checked as they would be, whatever others change meanwhile", async () => {
  const spans = collection("spans", {
    fields: {
      from: integer({ required: true }),
      to: integer({ required: true }),
    },
    validate: {
      "~standard": {
        version: 1,
        vendor: "test",
        validate(value) {
          const { from, to } = Object(value);
          return from <= to
            ? { value }
            : { issues: [{ message: "from is after to", path: ["from"] }] };
        },
      },
    },
  });
  await using opened = await openStore({ collections: [spans] });
  const all = opened.data.collection(spans);
  const { id } = await all.create({ from: 0, to: 10 });
  await Promise.allSettled([
    all.update(id, { from: 8 }),
    all.update(id, { to: 2 }),
    all.update(id, { from: 1 }),
    all.update(id, { to: 5 }),
  ]);
  const { from, to } = await all.get(id);
  assert(from <= to, `${from} is after ${to}`);
});

Deno.test("a thread that ends is started again: who waited for it has a typed error, what was answered is there", async () => {
  await using opened = await openStore({ collections });
  const { data, engine } = opened;
  using _events = opened.system.events.subscribe(() => {}, {
    handlesFailures: true,
  });
  const all = data.collection(users);
  const seen: string[] = [];
  using _subscription = opened.engine.subscribe((changes) => {
    seen.push(...changes.map(({ cursor }) => cursor));
  });
  const answered: string[] = [];
  for (let round = 0; round < 4; round++) {
    const writes = Array.from(
      { length: 30 },
      (_, i) =>
        all.create({ name: `${round} ${i}` }).then(
          ({ id }) => void answered.push(id),
          (error) => assert(error instanceof StoreLostError, `${error}`),
        ),
    );
    await delay(0);
    engine.endThreads(round % 2 === 0 ? "writer" : "reader");
    await Promise.all(writes);
    const reads = await Promise.all(answered.map((id) => all.get(id)));
    assertEquals(reads.length, answered.length);
  }
  await all.create({ name: "afterwards" });
  // Subscribers have all of it, what nobody had an answer for too.
  assertEquals(seen, [
    ...Array.from({ length: Number(data.cursor) }, (_, i) => String(i + 1)),
  ]);
});

Deno.test("a backup is the store as it is at one moment, while it is written to", async () => {
  await using opened = await openStore({ collections });
  const all = opened.data.collection(users);
  let isDone = false;
  const ids: string[] = [];
  const writing = (async () => {
    while (!isDone) {
      const made = await Promise.all(
        Array.from(
          { length: 20 },
          (_, i) => all.create({ name: `${ids.length} ${i}` }),
        ),
      );
      ids.push(...made.map(({ id }) => id));
    }
  })();
  while (ids.length < 100) await delay(1);
  const before = ids.length;
  await using copies = new TestDirectory();
  await opened.data.backup(copies.file());
  isDone = true;
  await writing;
  await assertRejects(
    () => opened.data.backup(copies.file()),
    StoreFileError,
    "exists already",
  );
  await using copy = await openStore({ collections }, { directory: copies });
  const rows = await copy.engine.read({
    sql: "SELECT id FROM users",
    values: [],
  });
  assert(rows.length >= before, `${rows.length} of ${before}`);
  const { changes } = await copy.engine.changesSince("0", 10_000);
  assertEquals(
    new Set(changes.map(({ id }) => id)),
    new Set(rows.map(({ id }) => id)),
  );
  assertEquals(await copy.data.integrityCheck(), []);
});

Deno.test("a backup is restored to a new file, whole or not at all, and no cursor of before means something else there", async () => {
  await using directory = new TestDirectory();
  const backup = directory.file("backup.db");
  const restored = new TestDirectory();
  await using _restored = restored;
  const ids: string[] = [];
  let cursor: string;
  {
    await using opened = await openStore({ collections }, { directory });
    const all = opened.data.collection(users);
    for (const name of ["a", "b"]) ids.push((await all.create({ name })).id);
    await opened.data.backup(backup);
    await all.create({ name: "after the backup" });
    cursor = opened.data.cursor;
    await assertRejects(
      () => restoreBackup(backup, opened.path),
      StoreLockedError,
    );
  }
  await assertRejects(
    () => restoreBackup(backup, directory.file()),
    StoreFileError,
    "exists already",
  );
  const bad = directory.file("bad.db");
  const bytes = await Deno.readFile(backup);
  await Deno.writeFile(bad, bytes.fill(0xa5, 4096));
  for (const wrong of [bad, directory.file("nowhere.db")]) {
    await assertRejects(
      () => restoreBackup(wrong, restored.file()),
      StoreError,
    );
    assertEquals(
      (await Array.fromAsync(Deno.readDir(restored.path))).map(({ name }) =>
        name
      ),
      ["data.db-lock"],
    );
  }
  await restoreBackup(backup, restored.file());
  await using opened = await openStore({ collections }, {
    directory: restored,
  });
  const all = opened.data.collection(users);
  assertEquals(
    (await all.list({ sort: "name" })).items.map(({ id }) => id),
    ids,
  );
  for (let i = 0; i < 5; i++) await all.create({ name: `new ${i}` });
  await assertRejects(
    () => opened.engine.changesSince(cursor, 10),
    ChangesLostError,
  );
  assertEquals(
    (await opened.engine.changesSince(`${Number(opened.data.cursor) - 5}`, 10))
      .changes.length,
    5,
  );
});

Deno.test("a store that is closed does what it was asked before, and refuses what comes after", async () => {
  await using opened = await openStore({ collections });
  const all = opened.data.collection(users);
  const writes = Array.from(
    { length: 50 },
    (_, i) => all.create({ name: `${i}` }),
  );
  const closing = opened.data.close();
  await assertRejects(() => all.create({ name: "late" }), StoreClosedError);
  assertEquals((await Promise.all(writes)).length, 50);
  await closing;
  await assertRejects(() => all.get("aaaaaaaaaaaaaaa"), StoreClosedError);
  await assertRejects(() => opened.data.integrityCheck(), StoreClosedError);
});

Deno.test("a store ends with its system, and what waits is refused", async () => {
  await using opened = await openStore({ collections });
  await opened.system.shutdown();
  await assertRejects(
    () => opened.data.collection(users).create({ name: "a" }),
    StoreClosedError,
  );
});

Deno.test("a collection that the store does not have is refused", async () => {
  await using opened = await openStore({ collections: [users] });
  assertRejects(
    // deno-lint-ignore require-await -- it throws at once
    async () => opened.data.collection(tasks),
    StoreError,
    "list it in the options",
  );
});

Deno.test("who may not call a stored function is refused", () => {
  const open = storedFunction({ input: anything, allow: () => true, run() {} });
  const closed = storedFunction({ input: anything, run() {} });
  assertEquals([open.allow(null), closed.allow(null)], [true, false]);
  assertEquals(closed.allow({ kind: "superuser" }), true);
  assertEquals(RuleRefusedError.name, "RuleRefusedError");
});
