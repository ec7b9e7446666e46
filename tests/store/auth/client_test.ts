// The official client of PocketBase against the routes of authentication.
import { assert, assertEquals, assertRejects } from "@std/assert";
import PocketBase, { ClientResponseError } from "pocketbase";
import type { AuthOptions } from "../../../src/store/auth/auth_options.ts";
import { resolveStoreHttpOptions } from "../../../src/store/http/options.ts";
import { StoreHandler } from "../../../src/store/http/store_handler.ts";
import { memoryStorage } from "../../../src/storage/mod.ts";
import { resolveFilesOptions } from "../../../src/store/files/files_options.ts";
import { StoredFiles } from "../../../src/store/files/stored_files.ts";
import { querySchemaOf } from "../../../src/store/query/query_schema.ts";
import { ChangeHub } from "../../../src/store/realtime/change_hub.ts";
import { RuleBook } from "../../../src/store/rules/rule_book.ts";
import {
  resolveSlowQueryOptions,
  SlowQueries,
} from "../../../src/store/slow_queries.ts";
import { StoreParts } from "../../../src/store/store_parts.ts";
import { type Fixture, openAuth, PASSWORD } from "./auth_fixture.ts";
import { collections, settingsOf } from "./counted_engine.ts";

const OTHER = "another horse battery";

interface Served extends Fixture {
  readonly client: PocketBase;
}

/** Serves the routes of authentication. */
async function serve(options: AuthOptions = {}): Promise<Served> {
  const fixture = await openAuth(options);
  const { auth, tables: { engine }, clock } = fixture;
  const schema = querySchemaOf(collections);
  const hub = new ChangeHub(engine, (error) => console.error(error));
  const handler = new StoreHandler({
    store: new StoreParts({
      collections: new Map(collections.map((one) => [one.name, one])),
      engine,
      // No file is copied here.
      settings: settingsOf("none"),
      auth,
      accounts: fixture.parts.records,
      schema,
      rules: new RuleBook(collections, schema),
      files: new StoredFiles({
        engine,
        collections,
        options: resolveFilesOptions(
          { storage: memoryStorage() },
          "auth.db",
          false,
        ),
        clock,
        now: Date.now,
      }),
      functions: {},
      http: {},
      queries: new SlowQueries(resolveSlowQueryOptions(), clock, Date.now),
      clock,
      now: Date.now,
    }),
    viewOf: () => {
      throw new Error("no topics are served here");
    },
    options: resolveStoreHttpOptions({}),
    clock,
    hub,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    handler.fetch,
  );
  const client = new PocketBase(`http://127.0.0.1:${server.addr.port}`);
  return {
    ...fixture,
    client,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      handler[Symbol.dispose]();
      hub[Symbol.dispose]();
      await fixture[Symbol.asyncDispose]();
    },
  };
}

/** Asserts that a call of the client is refused with a status. */
async function refused(
  status: number,
  call: () => Promise<unknown>,
): Promise<ClientResponseError> {
  const error = await assertRejects(call, ClientResponseError);
  assertEquals(error.status, status, JSON.stringify(error.response));
  return error;
}

Deno.test("PocketBase's client logs in, refreshes and is valid until the session ends", async () => {
  await using served = await serve();
  const { client, auth } = served;
  const id = await served.addUser("ann@example.com", { name: "Ann" });
  const users = client.collection("users");
  await refused(400, () => users.authWithPassword("ann@example.com", OTHER));
  assert(!client.authStore.isValid);
  const { token, record } = await users.authWithPassword(
    "ann@example.com",
    PASSWORD,
  );
  assert(client.authStore.isValid && !client.authStore.isSuperuser);
  assertEquals([record.id, record["name"], record.collectionName], [
    id,
    "Ann",
    "users",
  ]);
  assert(!("passwordHash" in record) && !("tokenKey" in record));
  const refreshed = await users.authRefresh();
  assertEquals(refreshed.token, token);
  await auth.revokeSessions("users", id);
  await refused(401, () => users.authRefresh());
});

Deno.test("PocketBase's client logs a superuser in and knows that it is one", async () => {
  await using served = await serve();
  const { client, auth } = served;
  await auth.createSuperuser("root@example.com", PASSWORD);
  const superusers = client.collection("_superusers");
  await superusers.authWithPassword("root@example.com", PASSWORD);
  assert(client.authStore.isValid && client.authStore.isSuperuser);
  await superusers.authRefresh();
  await refused(403, () => client.collection("users").authRefresh());
});

Deno.test("PocketBase's client verifies an address, and knows of it by the token", async () => {
  await using served = await serve();
  const { client, auth } = served;
  await served.addUser("ann@example.com");
  const users = client.collection("users");
  await users.authWithPassword("ann@example.com", PASSWORD);
  assertEquals(client.authStore.record?.["verified"], false);
  assert(await users.requestVerification("ann@example.com"));
  assert(await users.requestVerification("nobody@example.com"));
  await auth.mailsIdle();
  const [mail, ...others] = served.mails;
  assertEquals(others, []);
  assert(await users.confirmVerification(mail?.token ?? ""));
  // It has read from the token whose it is.
  assertEquals(client.authStore.record?.["verified"], true);
  await refused(400, () => users.confirmVerification(mail?.token ?? ""));
});

Deno.test("PocketBase's client resets a password, and its old token is refused", async () => {
  await using served = await serve();
  const { client, auth } = served;
  await served.addUser("ann@example.com");
  const users = client.collection("users");
  await users.authWithPassword("ann@example.com", PASSWORD);
  assert(await users.requestPasswordReset("ann@example.com"));
  await auth.mailsIdle();
  const token = served.mails[0]?.token ?? "";
  const error = await refused(
    400,
    () => users.confirmPasswordReset(token, OTHER, "something else"),
  );
  assert("passwordConfirm" in error.response["data"]);
  await refused(400, () => users.confirmPasswordReset(token, "short", "short"));
  assert(await users.confirmPasswordReset(token, OTHER, OTHER));
  await refused(401, () => users.authRefresh());
  await users.authWithPassword("ann@example.com", OTHER);
});

Deno.test("PocketBase's client changes an address, and forgets its session by the token", async () => {
  await using served = await serve();
  const { client, auth } = served;
  await served.addUser("ann@example.com");
  const users = client.collection("users");
  await refused(401, () => users.requestEmailChange("anna@example.com"));
  await users.authWithPassword("ann@example.com", PASSWORD);
  assert(await users.requestEmailChange("anna@example.com"));
  await auth.mailsIdle();
  const token = served.mails[0]?.token ?? "";
  await refused(400, () => users.confirmEmailChange(token, OTHER));
  assert(await users.confirmEmailChange(token, PASSWORD));
  assert(!client.authStore.isValid && client.authStore.token === "");
  await users.authWithPassword("anna@example.com", PASSWORD);
});

Deno.test("PocketBase's client is asked to wait after too many tries", async () => {
  await using served = await serve({ triesPerNetwork: 1 });
  const { client } = served;
  await served.addUser("ann@example.com");
  const users = client.collection("users");
  await refused(400, () => users.authWithPassword("ann@example.com", OTHER));
  await refused(429, () => users.authWithPassword("ann@example.com", PASSWORD));
});

Deno.test("PocketBase's client sends an API key as it sends a token", async () => {
  await using served = await serve();
  const { client, auth } = served;
  const key = await auth.keys.create({ name: "root", as: "superuser" });
  client.authStore.save(key, null);
  // The key is valid, and is no session that could be refreshed.
  await refused(400, () => client.collection("_superusers").authRefresh());
  await auth.keys.revoke("root");
  await refused(401, () => client.collection("_superusers").authRefresh());
});
