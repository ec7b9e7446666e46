// Accounts of a store, through what a program uses of it.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  authCollection,
  type EndedSessions,
  InvalidTokenError,
  store,
  text,
  WrongCredentialsError,
} from "../../../src/store/mod.ts";
import { ActorSystem } from "../../../src/actor/mod.ts";

const PASSWORD = "correct horse battery staple";
const OTHER = "another horse battery";

Deno.test("a session outlives the store that started it, and ends with the password that another one sets", async () => {
  const users = authCollection("users", { fields: { name: text() } });
  const directory = await Deno.makeTempDir();
  const options = { path: `${directory}/data.db`, collections: [users] };
  try {
    let id: string;
    let token: string;
    {
      await using system = new ActorSystem();
      await using data = await store(system, options);
      ({ id } = await data.collection(users).create({
        email: "Ann@example.com",
        name: "Ann",
        password: PASSWORD,
      }));
      await data.auth.createSuperuser("root@example.com", PASSWORD);
      ({ token } = await data.auth.authWithPassword(
        "users",
        "ann@example.com",
        PASSWORD,
      ));
    }
    await using system = new ActorSystem();
    await using data = await store(system, options);
    const { auth } = data;
    const headers = { authorization: `Bearer ${token}` };
    const request = new Request("http://127.0.0.1/", { headers });
    const identity = await auth.identityOf(request);
    assert(identity?.kind === "record");
    assertEquals([identity.id, identity.record["name"]], [id, "Ann"]);
    await auth.authWithPassword("_superusers", "root@example.com", PASSWORD);
    const ended: EndedSessions[] = [];
    using _listening = auth.onEnded((what) => ended.push(what));
    await data.collection(users).update(id, { name: "Anna" });
    const renamed = await auth.identityOf(request);
    assert(renamed?.kind === "record" && renamed.record["name"] === "Anna");
    assertEquals(ended, []);
    await data.collection(users).update(id, { password: OTHER });
    assertEquals(ended, [{ collection: "users", id }]);
    assertEquals(await auth.identityOf(request), null);
    await assertRejects(
      () => auth.authRefresh("users", token),
      InvalidTokenError,
    );
    await assertRejects(
      () => auth.authWithPassword("users", "ann@example.com", PASSWORD),
      WrongCredentialsError,
    );
    const next = await auth.authWithPassword("users", "ann@example.com", OTHER);
    await data.collection(users).delete(id);
    assertEquals(await auth.find(next.token), undefined);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
