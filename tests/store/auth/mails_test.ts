import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AuthBusyError,
  InvalidTokenError,
  TooManyTriesError,
  WrongCredentialsError,
} from "../../../src/store/auth/auth_errors.ts";
import type { AuthMail } from "../../../src/store/auth/auth_mail.ts";
import { InvalidRecordError, StoreError } from "../../../src/store/errors.ts";
import { resolveAuthOptions } from "../../../src/store/auth/auth_options.ts";
import { openAuthParts } from "../../../src/store/auth/auth_parts.ts";
import { StoreAuth } from "../../../src/store/auth/store_auth.ts";
import { recordOf as recordOfRow } from "../../../src/store/schema/record_row.ts";
import { type Fixture, openAuth, PASSWORD } from "./auth_fixture.ts";
import { collections } from "./counted_engine.ts";

const MINUTE_MS = 60_000;
const OTHER = "another horse battery";

/** Requests a mail and returns it; there must be one. */
async function mailOf(
  { auth, mails }: Fixture,
  request: () => unknown,
): Promise<AuthMail> {
  const sent = mails.length;
  await request();
  await auth.mailsIdle();
  const mail = mails[sent];
  assert(mail !== undefined && mails.length === sent + 1);
  return mail;
}

async function recordOf(
  { tables }: Fixture,
  id: string,
): Promise<Record<string, unknown>> {
  const [row] = await tables.query("SELECT * FROM users WHERE id = ?", id);
  return row ?? {};
}

Deno.test("the token of a verification verifies the address, once", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  const id = await fixture.addUser("ann@example.com");
  const { token: session } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  const mail = await mailOf(
    fixture,
    () => auth.requestVerification("users", " ann@example.com"),
  );
  assertEquals([mail.kind, mail.to, mail.collection, mail.record["id"]], [
    "verification",
    "ann@example.com",
    "users",
    id,
  ]);
  assert(!("passwordHash" in mail.record) && !("tokenKey" in mail.record));
  await auth.confirmVerification("users", mail.token);
  assertEquals((await recordOf(fixture, id))["verified"], 1);
  await assertRejects(
    () => auth.confirmVerification("users", mail.token),
    InvalidTokenError,
  );
  // It ends no session, and who asks is verified at once.
  const identity = (await auth.find(session))?.identity;
  assert(identity?.kind === "record" && identity.record["verified"]);
  // A verified address gets no further mail.
  auth.requestVerification("users", "ann@example.com");
  await auth.mailsIdle();
  assertEquals(fixture.mails.length, 1);
});

Deno.test("of two uses of a token at once, one is refused", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  await fixture.addUser("ann@example.com");
  const verification = await mailOf(
    fixture,
    () => auth.requestVerification("users", "ann@example.com"),
  );
  const reset = await mailOf(
    fixture,
    () => auth.requestPasswordReset("users", "ann@example.com"),
  );
  for (
    const use of [
      () => auth.confirmVerification("users", verification.token),
      () => auth.confirmPasswordReset("users", reset.token, OTHER),
    ]
  ) {
    const outcomes = await Promise.allSettled([use(), use(), use()]);
    const refused = outcomes.filter(({ status }) => status === "rejected");
    assertEquals(refused.length, 2);
    for (const one of refused) {
      assert(one.status === "rejected");
      assert(one.reason instanceof InvalidTokenError);
    }
  }
});

Deno.test("the token of a password reset sets a password, and ends all sessions", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  const id = await fixture.addUser("ann@example.com");
  const { token: session } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  assert(await auth.find(session) !== undefined);
  const mail = await mailOf(
    fixture,
    () => auth.requestPasswordReset("users", "ann@example.com"),
  );
  assertEquals(mail.kind, "password_reset");
  // A password that can be none leaves the token as it is.
  await assertRejects(
    () => auth.confirmPasswordReset("users", mail.token, "short"),
    InvalidRecordError,
  );
  await auth.confirmPasswordReset("users", mail.token, OTHER);
  assertEquals(await auth.find(session), undefined);
  assertEquals((await recordOf(fixture, id))["verified"], 1);
  await auth.authWithPassword("users", "ann@example.com", OTHER);
  await assertRejects(
    () => auth.authWithPassword("users", "ann@example.com", PASSWORD),
    WrongCredentialsError,
  );
  await assertRejects(
    () => auth.confirmPasswordReset("users", mail.token, PASSWORD),
    InvalidTokenError,
  );
});

Deno.test("the token of a change of address goes to the new one, and needs the password", async () => {
  await using fixture = await openAuth({ triesPerAccount: 3 });
  const { auth } = fixture;
  const id = await fixture.addUser("ann@example.com");
  const { token: session } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  const mail = await mailOf(
    fixture,
    () => auth.requestEmailChange("users", id, "anna@example.com"),
  );
  assertEquals([mail.kind, mail.to], ["email_change", "anna@example.com"]);
  assertEquals((await recordOf(fixture, id))["email"], "ann@example.com");
  await assertRejects(
    () => auth.confirmEmailChange("users", mail.token, "wrong password"),
    WrongCredentialsError,
  );
  await auth.confirmEmailChange("users", mail.token, PASSWORD);
  assertEquals((await recordOf(fixture, id))["email"], "anna@example.com");
  assertEquals((await recordOf(fixture, id))["verified"], 1);
  assertEquals(await auth.find(session), undefined);
  await auth.authWithPassword("users", "anna@example.com", PASSWORD);
});

Deno.test("whoever guesses the password of a change of address is limited as at a login", async () => {
  await using fixture = await openAuth({ triesPerAccount: 2 });
  const { auth } = fixture;
  const id = await fixture.addUser("ann@example.com");
  const mail = await mailOf(
    fixture,
    () => auth.requestEmailChange("users", id, "anna@example.com"),
  );
  for (let i = 0; i < 2; i++) {
    await assertRejects(
      () => auth.confirmEmailChange("users", mail.token, "wrong password"),
      WrongCredentialsError,
    );
  }
  await assertRejects(
    () => auth.confirmEmailChange("users", mail.token, PASSWORD),
    TooManyTriesError,
  );
});

Deno.test("an address that another account has is no new one, and does not show", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  const id = await fixture.addUser("ann@example.com");
  const mail = await mailOf(
    fixture,
    () => auth.requestEmailChange("users", id, "anna@example.com"),
  );
  await fixture.addUser("bob@example.com");
  await auth.requestEmailChange("users", id, "bob@example.com");
  await auth.mailsIdle();
  assertEquals(fixture.mails.length, 1);
  for (
    const email of ["no address", "a@b", "@example.com", "a\0@example.com"]
  ) {
    await assertRejects(
      () => auth.requestEmailChange("users", id, email),
      InvalidRecordError,
    );
  }
  assertEquals(mail.to, "anna@example.com");
});

Deno.test("a token is for one purpose, one collection and one account", async () => {
  await using fixture = await openAuth();
  const { auth } = fixture;
  await fixture.addUser("ann@example.com");
  await fixture.addUser("ann@example.com", {}, "clients");
  const { token: session } = await auth.authWithPassword(
    "users",
    "ann@example.com",
    PASSWORD,
  );
  const { token } = await mailOf(
    fixture,
    () => auth.requestVerification("users", "ann@example.com"),
  );
  for (
    const use of [
      () => auth.confirmPasswordReset("users", token, OTHER),
      () => auth.confirmEmailChange("users", token, PASSWORD),
      () => auth.confirmVerification("clients", token),
      () => auth.confirmVerification("users", session),
      () =>
        auth.confirmVerification(
          "users",
          `${token.slice(0, -2)}${token.at(-2) === "A" ? "B" : "A"}${
            token.at(-1)
          }`,
        ),
      () => auth.confirmVerification("users", ""),
    ]
  ) await assertRejects(use, InvalidTokenError);
  assertEquals(await auth.find(token), undefined);
  await auth.confirmVerification("users", token);
});

Deno.test("a token ends after its time, with the password and with the address", async () => {
  await using fixture = await openAuth({
    passwordResetMs: 30 * MINUTE_MS,
    mailsPerAccount: 100,
  });
  const { auth, clock, tables } = fixture;
  const id = await fixture.addUser("ann@example.com");
  const reset = () =>
    mailOf(
      fixture,
      () => auth.requestPasswordReset("users", "ann@example.com"),
    );
  const late = await reset();
  clock.advance(30 * MINUTE_MS);
  const changed = await reset();
  assertEquals(changed.expiresAt - late.expiresAt, 30 * MINUTE_MS);
  await auth.setPassword("users", id, OTHER);
  const moved = await reset();
  await tables.engine.write({
    steps: [{
      kind: "update",
      collection: "users",
      id,
      row: { email: "anna@example.com" },
    }],
  });
  for (const { token } of [late, changed, moved]) {
    await assertRejects(
      () => auth.confirmPasswordReset("users", token, PASSWORD),
      InvalidTokenError,
    );
  }
});

Deno.test("an account has three tokens of a purpose at most: the oldest ends", async () => {
  await using fixture = await openAuth({ mailsPerAccount: 100 });
  const { auth, clock } = fixture;
  await fixture.addUser("ann@example.com");
  const all: AuthMail[] = [];
  for (let i = 0; i < 4; i++) {
    clock.advance(1000);
    all.push(
      await mailOf(
        fixture,
        () => auth.requestVerification("users", "ann@example.com"),
      ),
    );
  }
  const [first, second] = all;
  await assertRejects(
    () => auth.confirmVerification("users", first?.token ?? ""),
    InvalidTokenError,
  );
  await auth.confirmVerification("users", second?.token ?? "");
});

Deno.test("a request for a mail is accepted before anything is looked up, for every address alike", async () => {
  await using fixture = await openAuth();
  const { auth, tables } = fixture;
  await fixture.addUser("ann@example.com");
  const { reads } = tables;
  auth.requestPasswordReset("users", "ann@example.com");
  auth.requestPasswordReset("users", "nobody@example.com");
  assertEquals(tables.reads, reads);
  await auth.mailsIdle();
  assertEquals(fixture.mails.length, 1);
  assertEquals(auth.stats.failedMails, 0);
});

Deno.test("a hook that throws or hangs shows in no request, and does not stop the others", async () => {
  const mails: AuthMail[] = [];
  const signals: AbortSignal[] = [];
  await using fixture = await openAuth({
    mailMs: 1000,
    onMail: (mail, signal) => {
      mails.push(mail);
      signals.push(signal);
      if (mail.to.startsWith("throws")) throw new Error(mail.token);
      const hangs = mail.to.startsWith("hangs");
      return hangs ? new Promise(() => {}) : undefined;
    },
  });
  const { auth, clock } = fixture;
  const names = ["throws", ...[1, 2, 3, 4].map((i) => `hangs${i}`), "ann"];
  for (const name of names) await fixture.addUser(`${name}@example.com`);
  const printed: unknown[][] = [];
  const { error } = console;
  console.error = (...parts) => void printed.push(parts);
  try {
    for (const name of names) {
      auth.requestVerification("users", `${name}@example.com`);
    }
    while (mails.length < 5) await new Promise((done) => setTimeout(done));
    assertEquals(auth.stats.mails, 5);
    clock.advance(1000);
    await auth.mailsIdle();
  } finally {
    console.error = error;
  }
  assertEquals(mails.at(-1)?.to, "ann@example.com");
  assertEquals(auth.stats.failedMails, 5);
  assert(
    signals[1]?.aborted && signals[1].reason.message === "It took too long",
  );
  // What went wrong is printed, and nothing secret with it.
  assertEquals(printed.length, 5);
  for (const { token, to } of mails) {
    assert(!JSON.stringify(printed).includes(token.slice(-43)));
    assert(!JSON.stringify(printed).includes(to));
  }
});

Deno.test("requests for mails are limited for an account and for a network, whether there is an account or not", async () => {
  await using fixture = await openAuth({
    mailsPerAccount: 2,
    mailsPerNetwork: 4,
    mailWindowMs: MINUTE_MS,
  });
  const { auth, clock } = fixture;
  await fixture.addUser("ann@example.com");
  for (const email of ["ann@example.com", "nobody@example.com"]) {
    for (let i = 0; i < 2; i++) auth.requestPasswordReset("users", email);
    const error = assertThrows(
      () => auth.requestVerification("users", email),
      TooManyTriesError,
      "Cannot request a mail: too many tries of this account",
    );
    assertEquals(error.retryAfterMs, MINUTE_MS);
  }
  const call = { address: "192.0.2.1" };
  for (let i = 0; i < 4; i++) {
    auth.requestVerification("users", `user${i}@example.com`, call);
  }
  assertThrows(
    () => auth.requestVerification("users", "user5@example.com", call),
    TooManyTriesError,
    "too many tries of this network",
  );
  await auth.mailsIdle();
  clock.advance(MINUTE_MS);
  auth.requestVerification("users", "ann@example.com", call);
  await auth.mailsIdle();
  assertEquals(fixture.mails.length, 3);
});

Deno.test("more mails than may wait are refused with the time after which to come back", async () => {
  const held = Promise.withResolvers<void>();
  await using fixture = await openAuth({ onMail: () => held.promise });
  const { auth } = fixture;
  let error: unknown;
  for (let i = 0; i < 2000 && error === undefined; i++) {
    try {
      auth.requestVerification("users", `user${i}@example.com`);
    } catch (one) {
      error = one;
    }
  }
  assert(error instanceof AuthBusyError && error.retryAfterMs > 0);
  held.resolve();
  await auth.mailsIdle();
});

Deno.test("without a hook no mail can be requested, and the error names the option", async () => {
  await using fixture = await openAuth();
  const { tables, clock } = fixture;
  await using auth = new StoreAuth(
    openAuthParts({
      engine: tables.engine,
      collections,
      readRecord: recordOfRow,
      clock,
    }, resolveAuthOptions()),
  );
  assertThrows(
    () => auth.requestVerification("users", "ann@example.com"),
    StoreError,
    "the option auth.onMail is missing",
  );
});
