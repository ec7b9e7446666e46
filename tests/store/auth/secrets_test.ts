import { assert, assertRejects } from "@std/assert";
import type { AuthMail } from "../../../src/store/auth/auth_mail.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { openAuth, PASSWORD } from "./auth_fixture.ts";

const WRONG = "wrong-horse-battery-staple";
const OTHER = "another horse battery";

/** Everything that a value shows to whoever prints or reports it. */
function shown(value: unknown): string {
  const parts = [
    Deno.inspect(value, { depth: 20, showHidden: true, getters: true }),
  ];
  for (let one = value; one instanceof Error; one = one.cause) {
    parts.push(String(one), one.stack ?? "", JSON.stringify({ ...one }));
  }
  try {
    parts.push(JSON.stringify(value) ?? "");
  } catch {
    // A circle has been inspected.
  }
  return parts.join("\n");
}

Deno.test("nothing secret is in what authentication prints, reports, measures or throws", async () => {
  const emitted: string[] = [];
  const mails: AuthMail[] = [];
  const methods = ["log", "info", "warn", "error", "debug"] as const;
  const kept = methods.map((name) => console[name]);
  for (const name of methods) {
    console[name] = (...parts: unknown[]) =>
      void emitted.push(...parts.map(shown));
  }
  const secrets = new Set([PASSWORD, WRONG, OTHER, "short!!"]);
  try {
    await using fixture = await openAuth({
      triesPerAccount: 4,
      hashesAtOnce: 1,
      hashesWaiting: 0,
      mailsPerAccount: 100,
      onMail: (mail) => {
        mails.push(mail);
        throw new Error(`no route to ${mail.token}`);
      },
    });
    const { auth, tables } = fixture;
    const id = await fixture.addUser("ann@example.com");
    await fixture.addUser("bob@example.com", { passwordHash: "$unknown$" });
    using _ended = auth.onEnded((what) => emitted.push(shown(what)));
    const failed = async (run: () => unknown): Promise<void> => {
      const error = await assertRejects(async () => await run());
      emitted.push(shown(error));
    };
    const { token, session } = await auth.authWithPassword(
      "users",
      "ann@example.com",
      PASSWORD,
    );
    secrets.add(token);
    emitted.push(shown(await auth.find(token)), session);
    emitted.push(shown(await auth.sessionsOf("users", id)));
    const key = await auth.keys.create({ name: "robot", as: "superuser" });
    secrets.add(key);
    emitted.push(shown(await auth.find(key)), shown(await auth.keys.list()));
    const logIn = (email: string, password: string) => () =>
      auth.authWithPassword("users", email, password);
    await failed(logIn("ann@example.com", WRONG));
    await failed(logIn("bob@example.com", PASSWORD));
    await failed(logIn("nobody@example.com", PASSWORD));
    await failed(() => auth.setPassword("users", id, "short!!"));
    await failed(() => auth.setPassword("nothing", id, OTHER));
    await failed(() => auth.setPassword("users", "nobody", OTHER));
    await failed(() =>
      fixture.parts.records.prepare({
        collection: "users",
        id,
        data: {
          password: OTHER,
          passwordConfirm: WRONG,
          oldPassword: PASSWORD,
        },
        who: null,
      }, {})
    );
    const busy = [logIn("ann@example.com", WRONG)(), logIn("a@b.cd", WRONG)()];
    await Promise.all(busy.map((one) => failed(() => one)));
    for (let i = 0; i < 3; i++) await failed(logIn("ann@example.com", WRONG));
    auth.requestVerification("users", "ann@example.com");
    auth.requestPasswordReset("users", "ann@example.com");
    await auth.requestEmailChange("users", id, "anna@example.com");
    await auth.mailsIdle();
    for (const mail of mails) {
      secrets.add(mail.token);
      emitted.push(shown(mail.record));
    }
    await failed(() =>
      auth.confirmEmailChange("users", mails[2]?.token ?? "", WRONG)
    );
    await failed(() => auth.confirmVerification("users", token));
    await failed(() => auth.authRefresh("users", `${token}x`));
    // What the engine says when it fails.
    tables.before = () => Promise.reject(new StoreError("the disk is gone"));
    await failed(logIn("bob@example.com", WRONG));
    auth.requestPasswordReset("users", "bob@example.com");
    await auth.mailsIdle();
    tables.before = undefined;
    emitted.push(shown(auth.stats), shown(auth), shown(auth.keys));
    const rows = await tables.query("SELECT * FROM users");
    for (const row of rows) {
      secrets.add(String(row["passwordHash"]));
      secrets.add(String(row["tokenKey"]));
    }
  } finally {
    for (const [i, name] of methods.entries()) {
      const method = kept[i];
      if (method !== undefined) console[name] = method;
    }
  }
  const all = emitted.join("\n");
  assert(emitted.length > 30 && all.includes("A mail could not be sent"));
  assert(all.includes("A password cannot be checked"));
  for (const secret of secrets) {
    assert(secret.length > 6);
    // The part of a token that is random is its last.
    for (const part of [secret, secret.slice(-43)]) {
      assert(!all.includes(part), `it shows ${part}`);
    }
  }
});
