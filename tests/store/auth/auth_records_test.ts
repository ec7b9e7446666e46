import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  InvalidRecordError,
  NotUniqueError,
} from "../../../src/store/errors.ts";
import type { Row } from "../../../src/store/engine/engine.ts";
import type { Identity } from "../../../src/store/schema/identity.ts";
import { openAuth, PASSWORD } from "./auth_fixture.ts";

const OTHER = "another horse battery";
const SUPERUSER: Identity = { kind: "superuser" };

/** The fields that a write is refused for. */
async function refused(write: () => Promise<unknown>): Promise<string[]> {
  const error = await assertRejects(write, InvalidRecordError);
  return error.issues.map(({ path }) => path);
}

Deno.test("a new account has a hash and a token key of its own, and no password among its fields", async () => {
  await using fixture = await openAuth();
  const { records } = fixture.parts;
  const data = {
    email: " Ann@Example.com ",
    name: "Ann",
    password: PASSWORD,
    passwordConfirm: PASSWORD,
  };
  const write = { collection: "users", id: undefined, data, who: null };
  const one = await records.prepare(write, {});
  assertEquals(one.data, { email: "ann@example.com", name: "Ann" });
  assertMatch(String(one.hidden["passwordHash"]), /^\$argon2id\$/);
  assert(!one.endsSessions);
  const other = await records.prepare(write, {});
  assert(one.hidden["tokenKey"] !== other.hidden["tokenKey"]);
  assert(String(one.hidden["tokenKey"]).length === 32);
  // The program may add accounts that have no password yet.
  const without = await records.prepare({
    ...write,
    data: { email: "bob@example.com" },
    who: "program",
  }, {});
  assertEquals(without.hidden["passwordHash"], "");
  assertEquals(String(without.hidden["tokenKey"]).length, 32);
});

Deno.test("whoever signs up gives a password, twice the same, and is not verified", async () => {
  await using fixture = await openAuth();
  const { records } = fixture.parts;
  const email = "ann@example.com";
  const create = (data: Record<string, unknown>, who: Identity = null) => () =>
    records.prepare({ collection: "users", id: undefined, data, who }, {});
  assertEquals(await refused(create({ email })), ["password"]);
  assertEquals(await refused(create({ email, password: "short" })), [
    "password",
  ]);
  assertEquals(await refused(create({ email, password: 12345678 })), [
    "password",
  ]);
  assertEquals(
    await refused(create({ email, password: PASSWORD, passwordConfirm: "x" })),
    ["passwordConfirm"],
  );
  const verified = { email, password: PASSWORD, verified: true };
  assertEquals(await refused(create(verified)), ["verified"]);
  assertEquals(
    (await create(verified, SUPERUSER)()).data["verified"],
    true,
  );
});

Deno.test("a password whose name is misspelt is refused, and the error does not show it", async () => {
  await using fixture = await openAuth();
  const { records } = fixture.parts;
  const data = { email: "ann@example.com", pasword: PASSWORD };
  const error = await assertRejects(
    () =>
      records.prepare({
        collection: "users",
        id: undefined,
        data,
        who: "program",
      }, {}),
    InvalidRecordError,
    "did you mean password?",
  );
  assert(!error.message.includes(PASSWORD));
});

Deno.test("an account changes its password with the old one, and nobody else does but a superuser", async () => {
  await using fixture = await openAuth({ triesPerAccount: 3 });
  const { records } = fixture.parts;
  const id = await fixture.addUser("ann@example.com");
  const other = await fixture.addUser("bob@example.com");
  const ann: Identity = { kind: "record", collection: "users", id, record: {} };
  const bob: Identity = { ...ann, id: other };
  const client: Identity = { ...ann, collection: "clients" };
  const key: Identity = { kind: "key", name: "robot" };
  const update =
    (who: Identity | "program", data: Record<string, unknown>) => () =>
      records.prepare({ collection: "users", id, data, who }, {});
  const change = { password: OTHER, passwordConfirm: OTHER };
  assertEquals(await refused(update(ann, change)), ["oldPassword"]);
  assertEquals(
    await refused(update(ann, { ...change, oldPassword: "wrong password" })),
    ["oldPassword"],
  );
  for (const who of [bob, client, key, null]) {
    assertEquals(
      await refused(update(who, { ...change, oldPassword: PASSWORD })),
      ["password"],
    );
  }
  for (
    const allowed of [
      update(ann, { ...change, oldPassword: PASSWORD }),
      update(SUPERUSER, change),
      update("program", change),
    ]
  ) {
    const { data, hidden, endsSessions } = await allowed();
    assertEquals(data, {});
    assert(endsSessions && hidden["tokenKey"] !== undefined);
  }
});

Deno.test("whoever follows sessions is notified of a password that any write has changed", async () => {
  await using fixture = await openAuth();
  const { auth, tables, parts: { records } } = fixture;
  const id = await fixture.addUser("ann@example.com");
  const { token } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  assert(await auth.find(token) !== undefined);
  const ended: unknown[] = [];
  using _listening = auth.onEnded((what) => ended.push(what));
  const write = async (row: Row) =>
    void await tables.engine.write({
      steps: [{ kind: "update", collection: "users", id, row }],
    });
  await write({ name: "Ann" });
  assertEquals(ended, []);
  const { hidden } = await records.prepare({
    collection: "users",
    id,
    data: { password: OTHER },
    who: "program",
  }, {});
  assertEquals(ended, []);
  await write(hidden);
  assertEquals(ended, [{ collection: "users", id }]);
  assertEquals(await auth.find(token), undefined);
  await write({ name: "Anna" });
  assertEquals(ended.length, 1);
});

Deno.test("the address of an account, and whether it is verified, is changed by mail or a superuser alone", async () => {
  await using fixture = await openAuth();
  const { records } = fixture.parts;
  const id = await fixture.addUser("ann@example.com");
  const ann: Identity = { kind: "record", collection: "users", id, record: {} };
  const update =
    (who: Identity | "program", data: Record<string, unknown>) => () =>
      records.prepare({ collection: "users", id, data, who }, {});
  assertEquals(
    await refused(update(ann, { email: "eve@example.com", verified: true })),
    ["verified", "email"],
  );
  // A client may send back what it was given.
  const same = await update(ann, {
    email: "ann@example.com",
    verified: false,
    name: "Ann",
  })();
  assertEquals([same.hidden, same.endsSessions], [{}, false]);
  const moved = await update(SUPERUSER, {
    email: "anna@example.com",
    verified: true,
  })();
  assert(moved.endsSessions && moved.hidden["passwordHash"] === undefined);
});

Deno.test("the program adds superusers, of which no two have the same address", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  const id = await auth.createSuperuser("Root@example.com", PASSWORD);
  const { token, record } = await auth.authWithPassword(
    "_superusers",
    "root@example.com",
    PASSWORD,
  );
  assertEquals([record["id"], record["email"]], [id, "root@example.com"]);
  assertEquals((await auth.find(token))?.identity, SUPERUSER);
  await assertRejects(
    () => auth.createSuperuser("root@EXAMPLE.com", OTHER),
    NotUniqueError,
  );
  await assertRejects(
    () => auth.createSuperuser("other@example.com", "short"),
    InvalidRecordError,
  );
  // It is no account of another collection.
  await assertRejects(() =>
    auth.authWithPassword("users", "root@example.com", PASSWORD)
  );
});
