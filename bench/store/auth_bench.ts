/**
 * What it costs to check a session, and to log in: the first is done with every
 * request, the second is as dear as the hash of a password has to be.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/mod.ts";
import { resolveAuthOptions } from "../../src/store/auth/auth_options.ts";
import { openAuthParts } from "../../src/store/auth/auth_parts.ts";
import { StoreAuth } from "../../src/store/auth/store_auth.ts";
import { recordOf } from "../../src/store/schema/record_row.ts";
import {
  collections,
  openFile,
} from "../../tests/store/auth/counted_engine.ts";

const PASSWORD = "correct horse battery staple";
const directory = await Deno.makeTempDir();
addEventListener("unload", () => {
  Deno.removeSync(directory, { recursive: true });
});
const system = new ActorSystem();
const engine = await openFile(system, `${directory}/auth.db`);

function open(options: Parameters<typeof resolveAuthOptions>[0]): StoreAuth {
  const { clock } = system;
  return new StoreAuth(openAuthParts(
    { engine, collections, readRecord: recordOf, clock },
    resolveAuthOptions({ hashesWaiting: Infinity, ...options }),
  ));
}

const auth = open({ maxSessions: 1_000_000, triesPerAccount: 1_000_000 });
const forgetful = open({ maxCachedSessions: 1 });
await auth.createSuperuser("ann@example.com", PASSWORD);

function logIn(email = "ann@example.com") {
  return auth.authWithPassword("_superusers", email, PASSWORD);
}

const { token } = await logIn();
const { token: other } = await logIn();
const table = new Map([[token, { kind: "superuser" }]]);
const request = new Request("http://127.0.0.1/", {
  headers: { authorization: token },
});

Deno.bench(
  "look a token up in a map",
  { group: "check", baseline: true },
  () => {
    table.get(request.headers.get("authorization") ?? "");
  },
);
Deno.bench("check a session in memory", { group: "check" }, async () => {
  await auth.identityOf(request);
});
Deno.bench("check a session that is not in memory", {
  group: "check",
}, async () => {
  await forgetful.find(token);
  await forgetful.find(other);
});
Deno.bench(
  "refuse a token that was never issued",
  { group: "check" },
  async () => {
    await auth.find(`${token.slice(0, -2)}xx`);
  },
);

Deno.bench("log in", { group: "login", n: 20, warmup: 2 }, async () => {
  await logIn();
});
Deno.bench("refuse an account that does not exist", {
  group: "login",
  n: 20,
  warmup: 2,
}, async () => {
  await auth.authWithPassword("_superusers", "nobody@example.com", PASSWORD)
    .catch(() => {});
});
