import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import {
  InvalidTokenError,
  WrongCredentialsError,
} from "../../../src/store/auth/auth_errors.ts";
import { openAuth, PASSWORD, reopenAuth } from "./auth_fixture.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

Deno.test("whoever logs in gets a token, and with it an identity", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  const id = await fixture.addUser("ann@example.com", { name: "Ann" });
  const { token, record } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  assertEquals(record["name"], "Ann");
  for (const value of [token, `Bearer ${token}`, `bearer  ${token}`]) {
    const headers = new Headers({ authorization: value });
    const identity = await auth.identityOf({ headers });
    assert(identity?.kind === "record");
    assertEquals([identity.collection, identity.id], ["users", id]);
    assertEquals(identity.record["email"], "ann@example.com");
  }
  for (const value of ["", "Bearer", token.slice(1), "null"]) {
    const headers = new Headers({ authorization: value });
    assertEquals(await auth.identityOf({ headers }), null);
  }
});

Deno.test("nothing of a token or a password is stored but hashes", async () => {
  await using fixture = await openAuth();
  const { auth, tables } = fixture;
  await fixture.addUser("ann@example.com");
  const { token } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  const key = await auth.keys.create({ name: "robot", as: "key" });
  auth.requestPasswordReset("users", "ann@example.com");
  await auth.mailsIdle();
  const [mail] = fixture.mails;
  const secrets = [token, key, mail?.token ?? "", PASSWORD]
    .flatMap((text) => [text, text.slice(-43)]);
  const all = await Promise.all(
    ["users", "_sessions", "_mail_tokens", "_keys"].map((table) =>
      tables.query(`SELECT * FROM "${table}"`)
    ),
  );
  const dump = JSON.stringify(all);
  assert(dump.includes("$argon2id$"));
  for (const secret of secrets) {
    assert(secret.length > 20 && !dump.includes(secret));
  }
});

Deno.test("a session that is in memory is checked without a query", async () => {
  await using fixture = await openAuth();
  const { auth, tables } = fixture;
  await fixture.addUser("ann@example.com");
  const { token } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  await auth.find(token);
  const { reads, writes } = tables;
  for (let i = 0; i < 100; i++) assert(await auth.find(token) !== undefined);
  assertEquals([tables.reads, tables.writes], [reads, writes]);
});

Deno.test("many checks of a session that is not in memory read it once", async () => {
  const first = await openAuth();
  await first.addUser("ann@example.com");
  const { token } = await first.auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  await first.auth.close();
  await using second = reopenAuth({}, first.tables, first.clock);
  const { reads } = first.tables;
  const found = await Promise.all(
    Array.from({ length: 50 }, () => second.auth.find(token)),
  );
  assert(found.every((login) => login !== undefined));
  // The session, and its account.
  assertEquals(first.tables.reads, reads + 2);
});

Deno.test("a session ends after it was not used for its idle time, and not before", async () => {
  const options = { sessionIdleMs: 10 * MINUTE_MS, sessionMaxMs: DAY_MS };
  await using fixture = await openAuth(options);
  const { auth, clock } = fixture;
  await fixture.addUser("ann@example.com");
  const { token } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  for (let i = 0; i < 10; i++) {
    clock.advance(10 * MINUTE_MS - 1);
    assert(await auth.find(token) !== undefined, `after ${i} times`);
  }
  clock.advance(10 * MINUTE_MS);
  assertEquals(await auth.find(token), undefined);
  await assertRejects(
    () => auth.authRefresh("users", token),
    InvalidTokenError,
  );
});

Deno.test("a session ends at its longest however it is used, and its token says when", async () => {
  const options = { sessionIdleMs: DAY_MS, sessionMaxMs: 3 * DAY_MS };
  await using fixture = await openAuth(options);
  const { auth, clock } = fixture;
  await fixture.addUser("ann@example.com");
  const { token, endsAt } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  const { exp } = JSON.parse(atob(token.split(".")[1] ?? ""));
  assertEquals(exp, Math.floor(endsAt / 1000));
  for (let hours = 0; hours < 71; hours++) {
    clock.advance(60 * MINUTE_MS);
    assertEquals((await auth.authRefresh("users", token)).endsAt, endsAt);
  }
  clock.advance(60 * MINUTE_MS);
  assertEquals(await auth.find(token), undefined);
});

Deno.test("a use of a session outlives the process, though it is stored now and then", async () => {
  const options = { sessionIdleMs: 60 * MINUTE_MS };
  const first = await openAuth(options);
  await first.addUser("ann@example.com");
  const { token } = await first.auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  await first.auth.find(token);
  const { writes } = first.tables;
  for (let i = 0; i < 50; i++) {
    first.clock.advance(MINUTE_MS);
    assert(await first.auth.find(token) !== undefined);
  }
  const stored = first.tables.writes - writes;
  assert(stored > 5 && stored < 12, `${stored} writes`);
  await first.auth.close();
  await using second = reopenAuth(options, first.tables, first.clock);
  first.clock.advance(50 * MINUTE_MS);
  assert(await second.auth.find(token) !== undefined);
});

Deno.test("a session that is revoked is refused at once, and the others are not", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  const id = await fixture.addUser("ann@example.com");
  const logIn = (label: string) =>
    auth.authWithPassword("users", "ann@example.com", PASSWORD, { label });
  const [phone, laptop] = [await logIn("phone"), await logIn("laptop")];
  for (const { token } of [phone, laptop]) {
    assert(await auth.find(token) !== undefined);
  }
  const ended: unknown[] = [];
  using _listening = auth.onEnded((what) => ended.push(what));
  assert(await auth.revokeSession("users", id, phone.session));
  assertEquals(await auth.find(phone.token), undefined);
  assert(await auth.find(laptop.token) !== undefined);
  assertEquals(ended, [{ collection: "users", id, session: phone.session }]);
  assert(!await auth.revokeSession("users", id, phone.session));
  // Nobody ends a session of another account.
  const other = await fixture.addUser("bob@example.com");
  assert(!await auth.revokeSession("users", other, laptop.session));
  assert(await auth.find(laptop.token) !== undefined);
  assert(await auth.logout(laptop.token));
  assertEquals(await auth.find(laptop.token), undefined);
  assert(!await auth.logout(laptop.token));
});

Deno.test("all sessions of an account are revoked, and none of another", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  const id = await fixture.addUser("ann@example.com");
  await fixture.addUser("bob@example.com");
  await fixture.addUser("ann@example.com", {}, "clients");
  const logIn = (collection: string, email: string) =>
    auth.authWithPassword(collection, email, PASSWORD);
  const own = [
    await logIn("users", "ann@example.com"),
    await logIn("users", "ann@example.com"),
  ];
  const others = [
    await logIn("users", "bob@example.com"),
    await logIn("clients", "ann@example.com"),
  ];
  for (const { token } of [...own, ...others]) {
    assert(await auth.find(token) !== undefined);
  }
  assertEquals(await auth.revokeSessions("users", id), 2);
  for (const { token } of own) assertEquals(await auth.find(token), undefined);
  for (const { token } of others) {
    assert(await auth.find(token) !== undefined);
  }
});

Deno.test("an account lists its sessions, with when they were used, and without their tokens", async () => {
  await using fixture = await openAuth();
  const { auth, clock } = fixture;
  const id = await fixture.addUser("ann@example.com");
  const logIn = (label: string) =>
    auth.authWithPassword("users", "ann@example.com", PASSWORD, { label });
  const phone = await logIn("phone");
  clock.advance(60 * MINUTE_MS);
  const laptop = await logIn("x".repeat(500));
  clock.advance(60 * MINUTE_MS);
  await auth.find(phone.token);
  const [first, second, ...rest] = await auth.sessionsOf("users", id);
  assert(first !== undefined && second !== undefined);
  assertEquals(rest, []);
  assertEquals([first.id, first.label], [phone.session, "phone"]);
  assertEquals(first.usedAt - first.createdAt, 120 * MINUTE_MS);
  assertEquals([second.id, second.label.length], [laptop.session, 200]);
  assert(!JSON.stringify([first, second]).includes(phone.token.slice(-43)));
});

Deno.test("an account has so many sessions at most: the one unused for longest ends", async () => {
  await using fixture = await openAuth({ maxSessions: 2 });
  const { auth, clock } = fixture;
  await fixture.addUser("ann@example.com");
  const tokens: string[] = [];
  for (let i = 0; i < 3; i++) {
    clock.advance(MINUTE_MS);
    const { token } = await auth.authWithPassword(
      "users",
      "ann@example.com",
      PASSWORD,
    );
    await auth.find(token);
    tokens.push(token);
  }
  const found = await Promise.all(tokens.map((token) => auth.find(token)));
  assertEquals(found.map((login) => login !== undefined), [false, true, true]);
});

Deno.test("a change of the password ends all sessions at once, in memory and out of it", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  const id = await fixture.addUser("ann@example.com");
  const { token } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  assert(await auth.find(token) !== undefined);
  await auth.setPassword("users", id, "another horse battery");
  assertEquals(await auth.find(token), undefined);
  await assertRejects(
    () => auth.authWithPassword("users", "ann@example.com", PASSWORD),
    WrongCredentialsError,
  );
  await auth.authWithPassword(
    "users",
    "ann@example.com",
    "another horse battery",
  );
});

Deno.test("a token key that changes in a write of a record ends all sessions at once", async () => {
  await using fixture = await openAuth();
  const { auth, tables } = fixture;
  const id = await fixture.addUser("ann@example.com");
  const { token } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  assert(await auth.find(token) !== undefined);
  const row = await fixture.parts.passwords.columnsOf("another horse battery");
  await tables.engine.write({
    steps: [{ kind: "update", collection: "users", id, row }],
  });
  assertEquals(await auth.find(token), undefined);
  assertEquals(await auth.sessionsOf("users", id), []);
});

Deno.test("a record that changes is the identity's at once, and one that is deleted is nobody", async () => {
  await using fixture = await openAuth();
  const { auth, tables } = fixture;
  const id = await fixture.addUser("ann@example.com", { name: "Ann" });
  const { token } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  const nameOf = async () => {
    const identity = (await auth.find(token))?.identity;
    return identity?.kind === "record" ? identity.record["name"] : undefined;
  };
  assertEquals(await nameOf(), "Ann");
  await tables.engine.write({
    steps: [{
      kind: "update",
      collection: "users",
      id,
      row: { name: "Anna" },
    }],
  });
  assertEquals(await nameOf(), "Anna");
  const ended: unknown[] = [];
  using _listening = auth.onEnded((what) => ended.push(what));
  await tables.engine.write({
    steps: [{ kind: "delete", collection: "users", id }],
  });
  assertEquals(await auth.find(token), undefined);
  assertEquals(ended, [{ collection: "users", id }]);
});

Deno.test("a session that is revoked while it is read is not kept in memory", async () => {
  const first = await openAuth();
  const id = await first.addUser("ann@example.com");
  const { token } = await first.auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  await first.auth.close();
  const { tables } = first;
  await using second = reopenAuth({}, tables, first.clock);
  const { auth } = second;
  // The session was read, and its account not yet.
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let reads = 0;
  tables.before = () => {
    if (++reads !== 2) return;
    reached.resolve();
    return held.promise;
  };
  const finding = auth.find(token);
  await reached.promise;
  await auth.revokeSessions("users", id);
  held.resolve();
  // It asked before the session was revoked.
  assert(await finding !== undefined);
  assertEquals(auth.stats.cachedSessions, 0);
  assertEquals(await auth.find(token), undefined);
});

Deno.test("an account whose password changes between the check and the session gets none", async () => {
  await using fixture = await openAuth();
  const { auth, tables } = fixture;
  const id = await fixture.addUser("ann@example.com");
  let isChanged = false;
  tables.before = async () => {
    // The read of the account comes first, and the write of the session next.
    if (isChanged || auth.stats.logins > 0 || tables.reads === 0) return;
    isChanged = true;
    await tables.query(
      "UPDATE users SET tokenKey = 'another' WHERE id = ?",
      id,
    );
  };
  await assertRejects(
    () => auth.authWithPassword("users", "ann@example.com", PASSWORD),
    WrongCredentialsError,
  );
  assert(isChanged);
  assertEquals(await auth.sessionsOf("users", id), []);
});

Deno.test("memory holds the sessions that were used last, and no more than allowed", async () => {
  await using fixture = await openAuth({ maxCachedSessions: 2 });
  const { auth, tables } = fixture;
  await fixture.addUser("ann@example.com");
  const tokens: string[] = [];
  for (let i = 0; i < 4; i++) {
    const { token } = await auth.authWithPassword(
      "users",
      "ann@example.com",
      PASSWORD,
    );
    tokens.push(token);
    await auth.find(token);
    assert(await auth.find(tokens[0] ?? "") !== undefined);
  }
  assertEquals(auth.stats.cachedSessions, 2);
  const { reads } = tables;
  await auth.find(tokens[0] ?? "");
  await auth.find(tokens[3] ?? "");
  assertEquals(tables.reads, reads);
  await auth.find(tokens[1] ?? "");
  assertNotEquals(tables.reads, reads);
});

Deno.test("what has ended for more than a day is deleted by later logins", async () => {
  await using fixture = await openAuth({ sessionIdleMs: MINUTE_MS });
  const { auth, clock, tables } = fixture;
  await fixture.addUser("ann@example.com");
  const logIn = () =>
    auth.authWithPassword("users", "ann@example.com", PASSWORD);
  const count = async () =>
    (await tables.query(`SELECT * FROM "_sessions"`)).length;
  await logIn();
  clock.advance(DAY_MS);
  await logIn();
  assertEquals(await count(), 2);
  clock.advance(MINUTE_MS + 1);
  await logIn();
  assertEquals(await count(), 2);
});
