import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
} from "@std/assert";
import {
  AuthBusyError,
  TooManyTriesError,
  WrongCredentialsError,
} from "../../../src/store/auth/auth_errors.ts";
import { DEFAULT_COST } from "../../../src/store/auth/password_cost.ts";
import { PasswordHasher } from "../../../src/store/auth/password_hasher.ts";
import { passwordBytes } from "../../../src/store/auth/password_rules.ts";
import { InvalidRecordError } from "../../../src/store/errors.ts";
import { cpuTimeMs } from "../../support/cpu_time.ts";
import { openAuth, PASSWORD } from "./auth_fixture.ts";

Deno.test("a wrong password, a wrong account and an account without a password are refused alike", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  await fixture.addUser("ann@example.com");
  await fixture.addUser("bob@example.com", { passwordHash: "" });
  const messages = new Set<string>();
  for (
    const [email, password] of [
      ["ann@example.com", `${PASSWORD}.`],
      ["nobody@example.com", PASSWORD],
      ["bob@example.com", PASSWORD],
      ["bob@example.com", ""],
      ["", ""],
      ["ann@example.com\0", PASSWORD],
      ["ann@example.com", `${PASSWORD}\0`],
      ["x".repeat(100_000), PASSWORD],
      ["ann@example.com", "x".repeat(100_000)],
      ["%", PASSWORD],
      ["' OR 1=1 --", PASSWORD],
    ] as const
  ) {
    const error = await assertRejects(
      () => auth.authWithPassword("users", email, password),
      WrongCredentialsError,
    );
    messages.add(error.message);
  }
  assertEquals([...messages], [
    "Cannot log in: the account or the password is wrong",
  ]);
});

Deno.test("an account that does not exist costs the same hash", async () => {
  await using fixture = await openAuth({
    triesPerAccount: 1000,
    triesPerNetwork: 1000,
  });
  const { auth } = fixture;
  await fixture.addUser("ann@example.com");
  await fixture.addUser("bob@example.com", { passwordHash: "" });
  const costOf = async (email: string): Promise<number> => {
    const start = cpuTimeMs();
    for (let i = 0; i < 8; i++) {
      await auth.authWithPassword("users", email, "wrong password")
        .catch(() => {});
    }
    return cpuTimeMs() - start;
  };
  await costOf("ann@example.com");
  const known = await costOf("ann@example.com");
  for (const email of ["nobody@example.com", "bob@example.com"]) {
    const cost = await costOf(email);
    assert(cost > known / 3 && cost < known * 3, `${cost} and ${known} ms`);
  }
});

Deno.test("an account is refused after so many wrong passwords, wherever they come from", async () => {
  await using fixture = await openAuth({
    triesPerAccount: 3,
    tryWindowMs: 60_000,
  });
  const { auth, clock } = fixture;
  await fixture.addUser("ann@example.com");
  await fixture.addUser("bob@example.com");
  for (let i = 0; i < 3; i++) {
    clock.advance(1000);
    await assertRejects(
      () =>
        auth.authWithPassword("users", "ann@example.com", "wrong password", {
          address: `192.0.2.${i}`,
        }),
      WrongCredentialsError,
    );
  }
  // However the address is written, and whatever the password.
  for (const email of ["ann@example.com", " Ann@Example.com "]) {
    const error = await assertRejects(
      () => auth.authWithPassword("users", email, PASSWORD),
      TooManyTriesError,
      "too many tries of this account",
    );
    assertEquals(error.retryAfterMs, 58_000);
  }
  await auth.authWithPassword("users", "bob@example.com", PASSWORD);
  clock.advance(58_000);
  await auth.authWithPassword("users", "ann@example.com", PASSWORD);
  assertEquals(auth.stats.refusedTries, 2);
});

Deno.test("an account that does not exist is refused after as many tries as one that does", async () => {
  await using fixture = await openAuth({ triesPerAccount: 2 });
  const { auth } = fixture;
  for (let i = 0; i < 2; i++) {
    await assertRejects(
      () => auth.authWithPassword("users", "nobody@example.com", PASSWORD),
      WrongCredentialsError,
    );
  }
  await assertRejects(
    () => auth.authWithPassword("users", "nobody@example.com", PASSWORD),
    TooManyTriesError,
  );
});

Deno.test("a network is refused after so many wrong passwords, whatever the accounts", async () => {
  await using fixture = await openAuth({ triesPerNetwork: 3 });
  const { auth } = fixture;
  await fixture.addUser("ann@example.com");
  for (let i = 0; i < 3; i++) {
    await assertRejects(
      () =>
        auth.authWithPassword("users", `user${i}@example.com`, "wrong", {
          address: `2001:db8:1:2::${i}`,
        }),
      WrongCredentialsError,
    );
  }
  await assertRejects(
    () =>
      auth.authWithPassword("users", "ann@example.com", PASSWORD, {
        address: "2001:db8:1:2:ffff::1",
      }),
    TooManyTriesError,
    "too many tries of this network",
  );
  await auth.authWithPassword("users", "ann@example.com", PASSWORD, {
    address: "2001:db8:1:3::1",
  });
});

Deno.test("logins with the right password do not count", async () => {
  await using fixture = await openAuth({
    triesPerAccount: 1,
    triesPerNetwork: 1,
  });
  const { auth } = fixture;
  await fixture.addUser("ann@example.com");
  const call = { address: "192.0.2.1" };
  for (let i = 0; i < 4; i++) {
    await auth.authWithPassword("users", "ann@example.com", PASSWORD, call);
  }
  assertEquals(auth.stats.logins, 4);
});

Deno.test("logins beyond those that may wait get the time to come back, and do not count", async () => {
  await using fixture = await openAuth({
    hashesAtOnce: 1,
    hashesWaiting: 1,
    triesPerAccount: 2,
  });
  const { auth } = fixture;
  await fixture.addUser("ann@example.com");
  const outcomes = await Promise.allSettled(
    Array.from(
      { length: 2 },
      () => auth.authWithPassword("users", "ann@example.com", "wrong password"),
    ).concat(Array.from(
      { length: 6 },
      (_, i) => auth.authWithPassword("users", `no${i}@example.com`, "wrong"),
    )),
  );
  const reasons = outcomes.map((one) =>
    one.status === "rejected" ? one.reason : undefined
  );
  const busy = reasons.filter((one) => one instanceof AuthBusyError);
  assertEquals(busy.length, 6);
  for (const { retryAfterMs } of busy) assert(retryAfterMs >= 1000);
  assertEquals(auth.stats.hashesRefused, 6);
  assertEquals(auth.stats.hashesRunning, 0);
  assertEquals(auth.stats.hashesWaiting, 0);
});

Deno.test("a login that is aborted while it waits is no try", async () => {
  await using fixture = await openAuth({
    hashesAtOnce: 1,
    triesPerAccount: 1,
  });
  const { auth } = fixture;
  await fixture.addUser("ann@example.com");
  const other = auth.authWithPassword("users", "no@example.com", "wrong");
  const gone = new AbortController();
  const waiting = auth.authWithPassword("users", "ann@example.com", "wrong", {
    signal: gone.signal,
  });
  gone.abort();
  await assertRejects(() => waiting, DOMException);
  await assertRejects(() => other, WrongCredentialsError);
  await auth.authWithPassword("users", "ann@example.com", PASSWORD);
});

Deno.test("a login with the right password replaces a hash that was made otherwise", async () => {
  await using fixture = await openAuth();
  const { auth, tables } = fixture;
  const bytes = passwordBytes(PASSWORD);
  const hashOf = async (id: string) => {
    const [row] = await tables.query("SELECT * FROM users WHERE id = ?", id);
    return String(row?.["passwordHash"]);
  };
  const old = new PasswordHasher(
    DEFAULT_COST,
    () => Promise.reject(new Error()),
  );
  const dear = new PasswordHasher({ memoryKiB: 20_000, passes: 2 });
  for (const hasher of [old, dear]) {
    const passwordHash = await hasher.hash(bytes);
    const email = `${crypto.randomUUID()}@example.com`;
    const id = await fixture.addUser(email, { passwordHash });
    await assertRejects(
      () => auth.authWithPassword("users", email, "wrong password"),
      WrongCredentialsError,
    );
    assertEquals(await hashOf(id), passwordHash);
    const { token } = await auth.authWithPassword("users", email, PASSWORD);
    assertMatch(
      await hashOf(id),
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/,
    );
    assert(await auth.find(token) !== undefined);
    await auth.authWithPassword("users", email, PASSWORD);
  }
});

Deno.test("a new password within the bounds alone is hashed, and the error does not show it", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  const id = await fixture.addUser("ann@example.com");
  for (const password of ["short", "x".repeat(1025), "12345678\0secret"]) {
    const error = await assertRejects(
      () => auth.setPassword("users", id, password),
      InvalidRecordError,
      "it must be a text of 8 to 1024 bytes without U+0000",
    );
    assert(!error.message.includes(password));
    assertEquals(error.issues[0]?.path, "password");
  }
  await auth.authWithPassword("users", "ann@example.com", PASSWORD);
});

Deno.test("a collection that has no accounts is refused by its name", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  const error = await assertRejects(() =>
    auth.authWithPassword("tasks; DROP TABLE users", "a@b.c", PASSWORD)
  );
  assertInstanceOf(error, TypeError);
  assertMatch(error.message, /it must be one of users, clients, _superusers/);
});

Deno.test("a superuser logs in as every account does, and is one for rules", async () => {
  await using fixture = await openAuth();
  const { auth, clock } = fixture;
  await fixture.addUser("root@example.com", {}, "_superusers");
  const { token, endsAt } = await auth.authWithPassword(
    "_superusers",
    "root@example.com",
    PASSWORD,
  );
  assertEquals((await auth.find(token))?.identity, { kind: "superuser" });
  const login = await auth.find(token);
  assertEquals(login?.endsAt, endsAt);
  // A day at the latest.
  clock.advance(24 * 60 * 60 * 1000 - 1);
  assert(await auth.find(token) !== undefined);
  clock.advance(1);
  assertEquals(await auth.find(token), undefined);
});
