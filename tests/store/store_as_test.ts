import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  authCollection,
  bool,
  collection,
  computed,
  type Filter,
  type Identity,
  integer,
  QueryError,
  RecordNotFoundError,
  relation,
  RuleRefusedError,
  storedFunction,
  text,
  where,
  WrongCredentialsError,
} from "../../src/store/mod.ts";
import { openStore, TestDirectory } from "./support/open_store.ts";

const users = authCollection("users", {
  fields: { name: text({ required: true }) },
  rules: { list: true, view: true, update: "id = @request.auth.id" },
});
const isOwn = (who: Identity): boolean | Filter =>
  who?.kind === "record" && where(tasks).owner.is(who.id);
const tasks = collection("tasks", {
  fields: {
    title: text({ required: true }),
    isPublic: bool(),
    points: integer(),
    owner: relation("users", { required: true, onDelete: "cascade" }),
    label: computed(["title"], (task: { title: string }) => `${task.title}!`),
  },
  indexes: [{ fields: ["points"] }],
  rules: {
    list: "isPublic = true || owner = @request.auth.id",
    view: "isPublic = true || owner = @request.auth.id",
    create: "owner = @request.auth.id",
    update: (who) => isOwn(who),
    delete: (who) => isOwn(who),
  },
});
const secrets = collection("secrets", { fields: { text: text() } });
const anything = {
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: (value: unknown) => ({ value }),
  },
};
const functions = {
  whoami: storedFunction({
    input: anything,
    allow: (who) => who !== null,
    run: ({ identity }) =>
      identity?.kind === "record" ? identity.id : identity?.kind ?? "nobody",
  }),
  own: storedFunction({ input: anything, run: () => "done" }),
};
const options = { collections: [users, tasks, secrets], functions } as const;

function as(
  { id, ...record }: { readonly id: string },
  collection = "users",
): Identity {
  return { kind: "record", collection, id, record: { id, ...record } };
}

Deno.test("under rules everybody sees and does what the rules allow, and the rest is not there", async () => {
  await using opened = await openStore(options);
  const { data } = opened;
  const make = (name: string) =>
    data.collection(users).create({ name, email: `${name}@example.org` });
  const [ann, bob] = [await make("ann"), await make("bob")];
  const [asAnn, asBob] = [data.as(as(ann)), data.as(as(bob))];
  const nobody = data.as(null);
  const own = await asAnn.collection(tasks).create({
    title: "own",
    owner: ann.id,
    points: 1,
  });
  const open = await asAnn.collection(tasks).create({
    title: "open",
    owner: ann.id,
    isPublic: true,
    points: 2,
  });
  await assertRejects(
    () => asBob.collection(tasks).create({ title: "x", owner: ann.id }),
    RuleRefusedError,
  );
  await assertRejects(
    () => nobody.collection(tasks).create({ title: "x", owner: ann.id }),
    RuleRefusedError,
  );
  const titles = async (view: typeof nobody) => {
    const { items } = await view.collection(tasks).list({ sort: "points" });
    assertEquals(await view.collection(tasks).count(), items.length);
    return items.map(({ title }) => title);
  };
  assertEquals(await titles(asAnn), ["own", "open"]);
  assertEquals(await titles(asBob), ["open"]);
  assertEquals(await titles(nobody), ["open"]);
  assertEquals((await asBob.collection(tasks).get(open.id)).title, "open");
  for (
    const attempt of [
      () => asBob.collection(tasks).get(own.id),
      () => asBob.collection(tasks).update(own.id, { title: "y" }),
      () => asBob.collection(tasks).update(open.id, { title: "y" }),
      () => asBob.collection(tasks).delete(open.id),
      () => nobody.collection(tasks).delete(own.id),
    ]
  ) await assertRejects(attempt, RecordNotFoundError);
  // A collection without rules is for the program and superusers.
  const { id } = await data.collection(secrets).create({ text: "s" });
  await assertRejects(
    () => asAnn.collection(secrets).get(id),
    RecordNotFoundError,
  );
  assertEquals((await asAnn.collection(secrets).list()).items, []);
  const superuser = data.as({ kind: "superuser" });
  assertEquals((await superuser.collection(secrets).get(id)).text, "s");
  assertEquals(await titles(superuser), ["own", "open"]);
  await asAnn.collection(tasks).update(own.id, { points: 5 });
  await asAnn.collection(tasks).delete(open.id);
  assertEquals(await titles(nobody), []);
});

Deno.test("who may not change an account learns nothing of it from what is refused", async () => {
  await using opened = await openStore(options);
  const { data } = opened;
  const email = "ann@example.org";
  const { id } = await data.collection(users).create({ name: "ann", email });
  for (const address of [email, "other@example.org"]) {
    await assertRejects(
      () => data.as(null).collection(users).update(id, { email: address }),
      RecordNotFoundError,
    );
  }
});

Deno.test("a list comes in pages that go on behind each other, with what its records relate to", async () => {
  await using opened = await openStore(options);
  const { data } = opened;
  const ann = await data.collection(users).create({
    name: "ann",
    email: "ann@example.org",
  });
  await Promise.all(
    Array.from({ length: 25 }, (_, points) =>
      data.collection(tasks).create({
        title: `t${points}`,
        owner: ann.id,
        points,
        isPublic: points % 2 === 0,
      })),
  );
  const all = data.collection(tasks);
  const seen: (number | null)[] = [];
  let after: string | undefined;
  let pages = 0;
  do {
    const page = await all.list({
      sort: "-points",
      limit: 10,
      expand: "owner",
      ...(after === undefined ? {} : { after }),
    });
    seen.push(...page.items.map(({ points }) => points));
    for (const item of page.items) {
      const expand = Reflect.get(item, "expand");
      assertEquals(expand.owner.name, "ann");
    }
    after = page.after;
    pages++;
  } while (after !== undefined);
  assertEquals([pages, seen], [
    3,
    Array.from({ length: 25 }, (_, i) => 24 - i),
  ]);
  assertEquals(
    (await all.list({ filter: "points > 20", sort: "points" })).items
      .map(({ title }) => title),
    ["t21", "t22", "t23", "t24"],
  );
  assertEquals(
    (await all.list({ filter: where(tasks).points.isAbove(22) })).items.length,
    2,
  );
  assertEquals(await all.count({ filter: "isPublic = true" }), 13);
  assertEquals(
    await all.aggregate({
      values: {
        n: { kind: "count" },
        sum: { kind: "sum", field: "points" },
      },
      groupBy: ["isPublic"],
    }),
    [
      { isPublic: 0, n: 12, sum: 144 },
      { isPublic: 1, n: 13, sum: 156 },
    ],
  );
  const [first] = (await all.list({ limit: 1 })).items;
  assert(first !== undefined);
  const whole = await data.as(null).collection(users).get(ann.id, {
    expand: "tasks_via_owner",
  });
  assertEquals(Reflect.get(whole, "expand").tasks_via_owner.length, 13);
});

Deno.test("an account is created with a password that is never read, signs in with it, and shows its address to whom it may", async () => {
  await using directory = new TestDirectory();
  const password = "correct horse battery staple";
  let id: string;
  {
    await using opened = await openStore(options, { directory });
    const { data, engine } = opened;
    const ann = await data.collection(users).create({
      name: "ann",
      email: "ann@example.org",
      password,
    });
    id = ann.id;
    assertEquals(Object.keys(ann).sort(), [
      "created",
      "email",
      "emailVisibility",
      "id",
      "name",
      "updated",
      "verified",
    ]);
    const { changes } = await opened.engine.changesSince("0", 10);
    assertEquals(changes.length, 1);
    const [row] = await engine.read({
      sql: `SELECT "passwordHash", "tokenKey" FROM users`,
      values: [],
    });
    for (const secret of Object.values(row ?? {})) {
      assert(String(secret).length > 20);
      assert(!JSON.stringify(changes).includes(String(secret)));
    }
  }
  // The collection of superusers is there already.
  await using opened = await openStore(options, { directory });
  const { data } = opened;
  const { record } = await data.auth.authWithPassword(
    "users",
    "ann@example.org",
    password,
  );
  assertEquals(record.id, id);
  await assertRejects(
    () => data.auth.authWithPassword("users", "ann@example.org", "wrong"),
    WrongCredentialsError,
  );
  const seen = async (who: Identity) =>
    (await data.as(who).collection(users).get(id)).email;
  assertEquals(await seen(null), undefined);
  assertEquals(await seen(as({ id })), "ann@example.org");
  assertEquals(await seen({ kind: "superuser" }), "ann@example.org");
  assertEquals(await seen(as({ id }, "others")), undefined);
  await data.collection(users).update(id, { emailVisibility: true });
  assertEquals(await seen(null), "ann@example.org");
});

Deno.test("a stored function is called by whom it allows, and knows who calls", async () => {
  await using opened = await openStore(options);
  const { data } = opened;
  await assertRejects(
    () => data.as(null).call("whoami", null),
    RuleRefusedError,
  );
  const who = as({ id: "abcdefghijklmno" });
  assertEquals(await data.as(who).call("whoami", null), "abcdefghijklmno");
  assertEquals(await data.call("whoami", null), "nobody");
  await assertRejects(() => data.as(who).call("own", null), RuleRefusedError);
  assertEquals(await data.as({ kind: "superuser" }).call("own", null), "done");
});

Deno.test("who is no identity is refused, as is what is no filter, limit or function", async () => {
  await using opened = await openStore({ collections: [users, tasks] });
  const { data } = opened;
  // A text that came from somebody must not make him the program.
  for (const who of ["program", undefined, 5, {}, { kind: "user" }]) {
    assertThrows(() => data.as(who as never), TypeError, "identityOf()");
  }
  const all = data.collection(tasks);
  await assertRejects(
    () => all.list({ filter: 5 as never }),
    TypeError,
    "where() or parseFilter()",
  );
  await assertRejects(
    () => all.list({ filter: "label = 'x'" }),
    QueryError,
    "computed, and only generated fields are known here",
  );
  await assertRejects(() => all.list({ limit: -1 }), QueryError, "limit -1");
  await assertRejects(() => all.list({ limit: 1001 }), QueryError, "1001");
  await assertRejects(
    () =>
      openStore({ collections: [users], functions: { f: (() => 1) as never } }),
    TypeError,
    "storedFunction()",
  );
});
