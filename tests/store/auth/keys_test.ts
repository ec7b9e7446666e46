import { bounded } from "../../support/net.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { NotUniqueError } from "../../../src/store/errors.ts";
import { openAuth, PASSWORD } from "./auth_fixture.ts";

const MINUTE_MS = 60_000;

Deno.test("an API key stands for itself, for a superuser or for an account", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  const id = await fixture.addUser("ann@example.com", { name: "Ann" });
  const { keys } = auth;
  const own = await keys.create({ name: "robot", as: "key" });
  const root = await keys.create({ name: "root", as: "superuser" });
  const ann = await keys.create({
    name: "of ann",
    as: { collection: "users", id },
  });
  assertEquals((await auth.find(own))?.identity, {
    kind: "key",
    name: "robot",
  });
  assertEquals((await auth.find(root))?.identity, { kind: "superuser" });
  const identity = (await auth.find(ann))?.identity;
  assert(identity?.kind === "record" && identity.record["name"] === "Ann");
  await fixture.tables.engine.write({
    steps: [{ kind: "delete", collection: "users", id }],
  });
  assertEquals(await auth.find(ann), undefined);
  assert(await auth.find(own) !== undefined);
});

Deno.test("an API key ends after its time, and at once when it is revoked", async () => {
  await using fixture = await openAuth();
  const { auth, clock } = fixture;
  const { keys } = auth;
  const short = await keys.create({
    name: "short",
    as: "key",
    lifeMs: MINUTE_MS,
  });
  const long = await keys.create({ name: "long", as: "superuser" });
  const id = await fixture.addUser("ann@example.com");
  const ann = await keys.create({
    name: "of ann",
    as: { collection: "users", id },
  });
  clock.advance(MINUTE_MS - 1);
  for (const key of [short, long, ann]) {
    assert(await auth.find(key) !== undefined);
  }
  clock.advance(1);
  assertEquals(await auth.find(short), undefined);
  const ended: unknown[] = [];
  using _listening = auth.onEnded((what) => ended.push(what));
  for (const [name, key] of [["long", long], ["of ann", ann]] as const) {
    assert(await auth.find(key) !== undefined);
    assert(await keys.revoke(name));
    assertEquals(await auth.find(key), undefined);
    assert(!await keys.revoke(name));
  }
  assertEquals(ended, [{ key: "long" }, { key: "of ann" }]);
});

Deno.test(
  "API keys are listed by their names, without the keys",
  bounded,
  async () => {
    await using fixture = await openAuth();
    const { auth, clock } = fixture;
    const { keys } = auth;
    const key = await keys.create({ name: "robot", as: "key" });
    await keys.create({ name: "another", as: "superuser", lifeMs: MINUTE_MS });
    await assertRejects(
      () => keys.create({ name: "robot", as: "superuser" }),
      NotUniqueError,
    );
    await auth.find(key);
    clock.advance(MINUTE_MS);
    // The use is written when its time has come, and nobody waits for that.
    let listed = await keys.list();
    while (listed[1]?.usedAt === undefined) listed = await keys.list();
    const [first, second, ...rest] = listed;
    assert(first !== undefined && second !== undefined);
    assertEquals(rest, []);
    assertEquals([first.name, first.as], ["another", "superuser"]);
    assertEquals(first.expiresAt, first.createdAt + MINUTE_MS);
    assertEquals([second.name, second.as, second.expiresAt], [
      "robot",
      "key",
      undefined,
    ]);
    assertEquals([first.usedAt, second.usedAt !== undefined], [
      undefined,
      true,
    ]);
  },
);

Deno.test("what can be no API key is refused by the name of the option", async () => {
  await using fixture = await openAuth();
  const { keys } = fixture.auth;
  await assertRejects(
    () => keys.create({ name: "", as: "key" }),
    RangeError,
    "the length of name",
  );
  await assertRejects(
    () => keys.create({ name: "a", as: "key", lifeMs: 0 }),
    RangeError,
    "lifeMs",
  );
  await assertRejects(
    () => keys.create({ name: "a", as: { collection: "tasks", id: "x" } }),
    TypeError,
    "it must be one of users, clients, _superusers",
  );
});

Deno.test("a token for files stands for its session for two minutes, and ends with it", async () => {
  await using fixture = await openAuth();
  const { auth, clock } = fixture;
  await fixture.addUser("ann@example.com");
  const { token } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  const first = await auth.fileToken(token) ?? "";
  assertEquals(
    (await auth.findFileToken(first))?.identity,
    (await auth.find(token))?.identity,
  );
  // It is for files alone, and no other token is for files.
  assertEquals(await auth.find(first), undefined);
  assertEquals(await auth.findFileToken(token), undefined);
  clock.advance(2 * MINUTE_MS);
  assertEquals(await auth.findFileToken(first), undefined);
  const second = await auth.fileToken(token) ?? "";
  assert(await auth.findFileToken(second) !== undefined);
  await auth.logout(token);
  assertEquals(await auth.findFileToken(second), undefined);
  assertEquals(await auth.fileToken(token), undefined);
});
