// Starts sessions and resets the password, and says what was answered, until it
// is killed.
import { ActorSystem } from "../../../src/actor/mod.ts";
import type { AuthMail } from "../../../src/store/auth/auth_mail.ts";
import { resolveAuthOptions } from "../../../src/store/auth/auth_options.ts";
import { openAuthParts } from "../../../src/store/auth/auth_parts.ts";
import { StoreAuth } from "../../../src/store/auth/store_auth.ts";
import { recordOf } from "../../../src/store/schema/record_row.ts";
import { collections, openFile } from "./counted_engine.ts";

const [path = "", id = "", run = "0"] = Deno.args;
const system = new ActorSystem();
const engine = await openFile(system, path);
const mails: AuthMail[] = [];
const parts = openAuthParts(
  {
    engine,
    collections,
    readRecord: recordOf,
    clock: system.clock,
  },
  resolveAuthOptions({
    maxSessions: 1_000_000,
    mailsPerAccount: 1_000_000,
    onMail: (mail) => void mails.push(mail),
  }),
);
const auth = new StoreAuth(parts);
const encoder = new TextEncoder();
function say(what: string): void {
  Deno.stdout.writeSync(encoder.encode(`${what}\n`));
}

for (let i = 0;; i++) {
  const account = await parts.accounts.get("users", id);
  if (account === undefined) throw new Error("the account is gone");
  const starts = Array.from(
    { length: 5 },
    () =>
      parts.sessions.start(account, `${run}`).then(({ token }) =>
        say(`session ${token}`)
      ),
  );
  await Promise.all(starts);
  if (i % 10 !== 9) continue;
  auth.requestPasswordReset("users", "ann@example.com");
  await auth.mailsIdle();
  const mail = mails.pop();
  if (mail === undefined) throw new Error("there is no mail");
  const password = `password ${run} ${i}`;
  say(`try ${mail.token} ${password}`);
  await auth.confirmPasswordReset("users", mail.token, password);
  say(`reset ${password}`);
}
