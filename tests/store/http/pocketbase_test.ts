// The official client of PocketBase, call by call, against a running store.
import { assert, assertEquals, assertRejects } from "@std/assert";
import PocketBase, { ClientResponseError } from "pocketbase";
import { openTestStore } from "../support/served_test_store.ts";
import { bounded } from "../../support/net.ts";

const PASSWORD = "correct horse battery staple";

const store = await openTestStore();
Deno.test.afterAll(async () => await store[Symbol.asyncDispose]());
Deno.test.beforeEach(() => store.clear());

function client(): PocketBase {
  const pb = new PocketBase(store.url);
  pb.autoCancellation(false);
  return pb;
}

/** A client that is signed in to a new account. */
async function signedIn(email = "ann@example.com"): Promise<PocketBase> {
  const pb = client();
  await pb.collection("users").create({
    email,
    password: PASSWORD,
    passwordConfirm: PASSWORD,
    name: email.split("@")[0],
  });
  await pb.collection("users").authWithPassword(email, PASSWORD);
  return pb;
}

async function addTasks(pb: PocketBase, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) {
    await pb.collection("tasks").create({
      title: `Task ${i}`,
      points: i,
      done: i % 2 === 0,
    });
  }
}

/** The error with which a call of the client rejects. */
async function refusal(call: Promise<unknown>): Promise<ClientResponseError> {
  return await assertRejects(() => call, ClientResponseError);
}

Deno.test(
  "create() makes a record, and returns it with what the store adds",
  bounded,
  async () => {
    const pb = client();
    const task = await pb.collection("tasks").create({
      title: "Tidy up",
      points: 3,
      tags: ["red", "blue"],
      details: { deep: [1, 2] },
    });
    assertEquals(task.id.length, 15);
    assertEquals(task.collectionName, "tasks");
    assertEquals(task.collectionId, "tasks");
    assertEquals(task.title, "Tidy up");
    assertEquals(task.double, 6);
    assertEquals(task.done, false);
    assertEquals(task.tags, ["red", "blue"]);
    assertEquals(task.details, { deep: [1, 2] });
    assertEquals(task.created, task.updated);
  },
);

Deno.test(
  "create() takes a form, whose texts become what the fields hold",
  bounded,
  async () => {
    const form = new FormData();
    form.append("title", "12");
    form.append("points", "7");
    form.append("done", "true");
    form.append("tags", "red");
    form.append("@jsonPayload", `{"details":{"a":1}}`);
    const task = await client().collection("tasks").create(form);
    assertEquals(
      [task.title, task.points, task.done, task.tags, task.details],
      ["12", 7, true, ["red"], { a: 1 }],
    );
  },
);

Deno.test(
  "create() reports each field that is wrong, and one that is taken",
  bounded,
  async () => {
    const pb = await signedIn();
    const error = await refusal(
      pb.collection("tasks").create({ points: -1, colour: "red" }),
    );
    assertEquals(error.status, 400);
    assert(error.message.startsWith("Cannot use a record of tasks"));
    assertEquals(Object.keys(error.data.data).sort(), [
      "colour",
      "points",
      "title",
    ]);
    assertEquals(error.data.data.title.code, "validation_required");
    assertEquals(error.data.data.points.code, "validation_invalid_value");
    const note = { key: "one", owner: pb.authStore.record?.id };
    await pb.collection("notes").create(note);
    const taken = await refusal(pb.collection("notes").create(note));
    assertEquals(taken.status, 400);
    assertEquals(taken.data.data.key.code, "validation_not_unique");
  },
);

Deno.test(
  "getOne() returns a record, and a 404 for one that there is not",
  bounded,
  async () => {
    const pb = client();
    const { id } = await pb.collection("tasks").create({ title: "A" });
    assertEquals((await pb.collection("tasks").getOne(id)).title, "A");
    const error = await refusal(pb.collection("tasks").getOne("a".repeat(15)));
    assertEquals(error.status, 404);
    assertEquals(error.data.message, "There is no such record");
    assertEquals(
      (await refusal(pb.collection("nothing").getOne(id))).status,
      404,
    );
  },
);

Deno.test(
  "getList() returns a page with its totals, unless they are skipped",
  bounded,
  async () => {
    const pb = client();
    await addTasks(pb, 7);
    const page = await pb.collection("tasks").getList(2, 3, { sort: "points" });
    assertEquals(page.items.map(({ points }) => points), [4, 5, 6]);
    assertEquals(
      [page.page, page.perPage, page.totalItems, page.totalPages],
      [2, 3, 7, 3],
    );
    const skipped = await pb.collection("tasks").getList(3, 3, {
      sort: "-points",
      skipTotal: true,
    });
    assertEquals(skipped.items.map(({ points }) => points), [1]);
    assertEquals([skipped.totalItems, skipped.totalPages], [-1, -1]);
  },
);

Deno.test("getFullList() reads page after page", bounded, async () => {
  const pb = client();
  await addTasks(pb, 7);
  const all = await pb.collection("tasks").getFullList({
    batch: 2,
    sort: "points",
  });
  assertEquals(all.map(({ points }) => points), [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test(
  "getFirstListItem() returns the first match, or a 404",
  bounded,
  async () => {
    const pb = client();
    await addTasks(pb, 4);
    const found = await pb.collection("tasks").getFirstListItem(
      pb.filter("title = {:title}", { title: "Task 3" }),
    );
    assertEquals(found.points, 3);
    const error = await refusal(
      pb.collection("tasks").getFirstListItem(`title = "Task 9"`),
    );
    assertEquals(error.status, 404);
  },
);

Deno.test(
  "A filter with parameters selects, and what is sent as data stays data",
  bounded,
  async () => {
    const pb = client();
    await addTasks(pb, 6);
    const list = async (filter: string) =>
      (await pb.collection("tasks").getFullList({ filter, sort: "points" }))
        .map(({ points }) => points);
    assertEquals(await list("done = true && points > 2"), [4, 6]);
    assertEquals(await list("title ~ 'ask 3' || points <= 1"), [1, 3]);
    const hostile = `" || 1 = 1 || title = "`;
    assertEquals(
      await list(pb.filter("title = {:t}", { t: hostile })),
      [],
    );
    const error = await refusal(list("titel = 1"));
    assertEquals(error.status, 400);
    assertEquals(error.data.data.filter.code, "invalid_unknown_field");
    assertEquals((await refusal(list("title = "))).status, 400);
    const sort = pb.collection("tasks").getList(1, 1, { sort: "nothing" });
    assertEquals((await refusal(sort)).status, 400);
  },
);

Deno.test(
  "expand puts related records beside a record, and those that relate to it",
  bounded,
  async () => {
    const pb = await signedIn();
    const owner = pb.authStore.record?.id ?? "";
    const { id } = await pb.collection("tasks").create({ title: "A", owner });
    const task = await pb.collection("tasks").getOne(id, { expand: "owner" });
    assertEquals(task.expand?.owner.name, "ann");
    assertEquals(task.expand?.owner.collectionName, "users");
    const user = await pb.collection("users").getOne(owner, {
      expand: "tasks_via_owner",
    });
    assertEquals(user.expand?.tasks_via_owner[0].title, "A");
    assertEquals(user.expand?.tasks_via_owner[0].collectionName, "tasks");
    const error = await refusal(
      pb.collection("tasks").getOne(id, { expand: "nobody" }),
    );
    assertEquals(error.status, 400);
  },
);

Deno.test(
  "fields returns what it names, of expanded records too",
  bounded,
  async () => {
    const pb = await signedIn();
    const owner = pb.authStore.record?.id ?? "";
    const { id } = await pb.collection("tasks").create({ title: "A", owner });
    const options = { expand: "owner", fields: "id,expand.owner.name" };
    const one: unknown = await pb.collection("tasks").getOne(id, options);
    assertEquals(one, { id, expand: { owner: { name: "ann" } } });
    const page = await pb.collection("tasks").getList(1, 1, {
      fields: "title",
    });
    const items: unknown = page.items;
    assertEquals(items, [{ title: "A" }]);
  },
);

Deno.test(
  "update() changes the fields that are given, and takes back a whole record",
  bounded,
  async () => {
    const pb = client();
    const task = await pb.collection("tasks").create({ title: "A", points: 1 });
    const changed = await pb.collection("tasks").update(task.id, { points: 2 });
    assertEquals([changed.title, changed.points], ["A", 2]);
    // As an application sends it that has changed what it got.
    const again = await pb.collection("tasks").update(task.id, {
      ...changed,
      title: "B",
    });
    assertEquals([again.title, again.points, again.double], ["B", 2, 4]);
    const missing = pb.collection("tasks").update("a".repeat(15), {
      points: 1,
    });
    assertEquals((await refusal(missing)).status, 404);
  },
);

Deno.test("delete() removes a record, once", bounded, async () => {
  const pb = client();
  const { id } = await pb.collection("tasks").create({ title: "A" });
  assertEquals(await pb.collection("tasks").delete(id), true);
  assertEquals((await refusal(pb.collection("tasks").delete(id))).status, 404);
});

Deno.test(
  "Rules decide who sees and changes what, and do not show what there is",
  bounded,
  async () => {
    const ann = await signedIn();
    const bob = await signedIn("bob@example.com");
    const owner = ann.authStore.record?.id;
    const { id } = await ann.collection("notes").create({ key: "a", owner });
    assertEquals((await ann.collection("notes").getFullList()).length, 1);
    assertEquals((await bob.collection("notes").getFullList()).length, 0);
    for (
      const call of [
        () => bob.collection("notes").getOne(id),
        () => bob.collection("notes").update(id, { body: "x" }),
        () => bob.collection("notes").delete(id),
        () => client().collection("notes").getOne(id),
      ]
    ) assertEquals((await refusal(call())).status, 404);
    const foreign = bob.collection("notes").create({ key: "b", owner });
    const refused = await refusal(foreign);
    assertEquals(refused.status, 403);
    // Where the file is does not concern strangers.
    assertEquals(
      refused.message,
      "Cannot write to the store: a rule of notes refuses the record as it would be",
    );
    assertEquals(await client().collection("secrets").getFullList(), []);
    const secret = client().collection("secrets").create({ text: "x" });
    assertEquals((await refusal(secret)).status, 403);
    // What is expanded is under the rules of its own collection.
    const seen = await bob.collection("users").getOne(owner ?? "", {
      expand: "notes_via_owner",
    });
    assertEquals(seen.expand, undefined);
  },
);

Deno.test(
  "The address of an account is for its owner, unless it says otherwise",
  bounded,
  async () => {
    const ann = await signedIn();
    const bob = await signedIn("bob@example.com");
    const id = ann.authStore.record?.id ?? "";
    assertEquals(
      (await ann.collection("users").getOne(id)).email,
      "ann@example.com",
    );
    assertEquals((await bob.collection("users").getOne(id)).email, undefined);
    const { id: task } = await ann.collection("tasks").create({
      title: "A",
      owner: id,
    });
    const expanded = await bob.collection("tasks").getOne(task, {
      expand: "owner",
    });
    assertEquals(expanded.expand?.owner.email, undefined);
    await ann.collection("users").update(id, { emailVisibility: true });
    assertEquals(
      (await bob.collection("users").getOne(id)).email,
      "ann@example.com",
    );
  },
);

Deno.test(
  "authWithPassword() signs in, and refuses what is wrong without a hint",
  bounded,
  async () => {
    const pb = await signedIn();
    assertEquals(pb.authStore.isValid, true);
    assertEquals(pb.authStore.record?.email, "ann@example.com");
    assertEquals(pb.authStore.record?.collectionName, "users");
    const wrong = await refusal(
      pb.collection("users").authWithPassword("ann@example.com", "wrong pass"),
    );
    const nobody = await refusal(
      pb.collection("users").authWithPassword("eve@example.com", "wrong pass"),
    );
    assertEquals([wrong.status, wrong.message], [
      nobody.status,
      nobody.message,
    ]);
    assertEquals(wrong.status, 400);
  },
);

Deno.test(
  "authRefresh() goes on with a session, and is a 401 after its end",
  bounded,
  async () => {
    const pb = await signedIn();
    const id = pb.authStore.record?.id ?? "";
    const { token, record } = await pb.collection("users").authRefresh();
    assert(token.length > 0);
    assertEquals(record.id, id);
    await store.data.auth.revokeSessions("users", id);
    assertEquals(
      (await refusal(pb.collection("users").authRefresh())).status,
      401,
    );
  },
);

Deno.test("A token that has ended is that of nobody", bounded, async () => {
  const pb = await signedIn();
  const owner = pb.authStore.record?.id ?? "";
  await pb.collection("notes").create({ key: "a", owner });
  await store.data.auth.revokeSessions("users", owner);
  assertEquals(await pb.collection("notes").getFullList(), []);
});

Deno.test("listAuthMethods() lists the password alone", bounded, async () => {
  const methods = await client().collection("users").listAuthMethods();
  assertEquals(methods.password, { enabled: true, identityFields: ["email"] });
  assertEquals(methods.oauth2, { enabled: false, providers: [] });
  assertEquals([methods.mfa.enabled, methods.otp.enabled], [false, false]);
});

Deno.test(
  "requestVerification() and confirmVerification() verify an address",
  bounded,
  async () => {
    const pb = await signedIn();
    const users = pb.collection("users");
    assertEquals(await users.requestVerification("ann@example.com"), true);
    assertEquals(await users.requestVerification("eve@example.com"), true);
    await store.data.auth.mailsIdle();
    assertEquals(store.mails.length, 1);
    const token = store.mails.at(-1)?.token ?? "";
    assertEquals(await users.confirmVerification(token), true);
    assertEquals(pb.authStore.record?.verified, true);
    const id = pb.authStore.record?.id ?? "";
    assertEquals((await users.getOne(id)).verified, true);
    assertEquals((await refusal(users.confirmVerification(token))).status, 400);
  },
);

Deno.test(
  "requestPasswordReset() and confirmPasswordReset() set another password",
  bounded,
  async () => {
    const pb = await signedIn();
    const users = pb.collection("users");
    await users.requestPasswordReset("ann@example.com");
    await store.data.auth.mailsIdle();
    const token = store.mails.at(-1)?.token ?? "";
    const other = "another good password";
    const mismatch = users.confirmPasswordReset(token, other, `${other}!`);
    assertEquals(
      (await refusal(mismatch)).data.data.passwordConfirm.code,
      "validation_values_mismatch",
    );
    assertEquals(await users.confirmPasswordReset(token, other, other), true);
    assertEquals((await refusal(users.authRefresh())).status, 401);
    await users.authWithPassword("ann@example.com", other);
  },
);

Deno.test(
  "requestEmailChange() and confirmEmailChange() change an address",
  bounded,
  async () => {
    const pb = await signedIn();
    const users = pb.collection("users");
    await users.requestEmailChange("anna@example.com");
    await store.data.auth.mailsIdle();
    const token = store.mails.at(-1)?.token ?? "";
    assertEquals(await users.confirmEmailChange(token, PASSWORD), true);
    await users.authWithPassword("anna@example.com", PASSWORD);
    const nobody = client().collection("users");
    const refused = await refusal(nobody.requestEmailChange("x@example.com"));
    assertEquals(refused.status, 401);
  },
);

Deno.test(
  "An account is created with a password that is said twice, and changed with the old one",
  bounded,
  async () => {
    const pb = client();
    const none = await refusal(
      pb.collection("users").create({ email: "a@example.com" }),
    );
    assertEquals(none.data.data.password.code, "validation_required");
    const ann = await signedIn();
    const id = ann.authStore.record?.id ?? "";
    const verified = await refusal(
      ann.collection("users").update(id, { verified: true }),
    );
    assertEquals(verified.data.data.verified.code, "validation_invalid_value");
    const other = "another good password";
    const change = { password: other, passwordConfirm: other };
    const old = await refusal(ann.collection("users").update(id, change));
    assertEquals(
      old.data.data.oldPassword.code,
      "validation_invalid_value",
    );
    await ann.collection("users").update(id, {
      ...change,
      oldPassword: PASSWORD,
    });
    await pb.collection("users").authWithPassword("ann@example.com", other);
  },
);

Deno.test("A batch is done as one, or nothing of it is", bounded, async () => {
  const pb = client();
  const { id } = await pb.collection("tasks").create({ title: "A" });
  const batch = pb.createBatch();
  batch.collection("tasks").create({ title: "B" }, { fields: "title" });
  batch.collection("tasks").update(id, { points: 5 });
  batch.collection("tasks").upsert({ id: "b".repeat(15), title: "C" });
  batch.collection("tasks").upsert({ id, done: true });
  const results = await batch.send();
  assertEquals(results.map(({ status }) => status), [200, 200, 200, 200]);
  assertEquals(results[0]?.body, { title: "B" });
  assertEquals([results[1]?.body.points, results[3]?.body.done], [5, true]);
  const bad = pb.createBatch();
  bad.collection("tasks").delete(id);
  bad.collection("tasks").update("z".repeat(15), { points: 1 });
  assertEquals((await refusal(bad.send())).status, 404);
  assertEquals((await pb.collection("tasks").getFullList()).length, 3);
  const last = pb.createBatch();
  last.collection("tasks").delete(id);
  assertEquals((await last.send())[0]?.status, 204);
});

Deno.test("health.check() says that the store is there", bounded, async () => {
  const health = await client().health.check();
  assertEquals(health.message, "The store is healthy.");
});

Deno.test(
  "Who may not create a record learns nothing of those that there are",
  bounded,
  async () => {
    const ann = await signedIn();
    const owner = ann.authStore.record?.id ?? "";
    await ann.collection("notes").create({ key: "taken", owner });
    await store.data.auth.createSuperuser("root@example.com", PASSWORD);
    const guest = client();
    const refused = async (of: string, data: Record<string, string>) => {
      const { status, response } = await refusal(
        guest.collection(of).create(data),
      );
      return [status, response];
    };
    for (const pair of [["taken", "free"], [owner, "000000000000000"]]) {
      const [taken, free] = await Promise.all(
        pair.map((text) => refused("notes", { key: text, owner: text })),
      );
      assertEquals(taken, free);
      assertEquals(taken?.[0], 403);
    }
    // The rule of `notes` needs an owner, which these name.
    const bob = await signedIn("bob@example.com");
    for (const key of ["taken", "free"]) {
      const { status, response } = await refusal(
        bob.collection("notes").create({ key, owner }),
      );
      assertEquals([status, response.data], [403, {}]);
      assert(!response.message.includes("/"), response.message);
    }
    for (const email of ["root@example.com", "nobody@example.com"]) {
      const data = { email, password: PASSWORD, passwordConfirm: PASSWORD };
      assertEquals((await refused("_superusers", data))[0], 403);
    }
  },
);
