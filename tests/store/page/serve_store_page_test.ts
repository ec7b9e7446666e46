// Who may see the page of a store, and what it responds with.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { serveStorePage } from "../../../src/store/mod.ts";
import { bounded } from "../../support/net.ts";
import { servePage, users } from "./served_page.ts";

async function statusOf(
  url: string,
  init: RequestInit = {},
): Promise<number> {
  const response = await fetch(url, init);
  await response.body?.cancel();
  return response.status;
}

Deno.test(
  "a link to the page of a store is good for one superuser, once",
  bounded,
  async () => {
    await using served = await servePage();
    const { address, page, data } = served;
    const ticket = page.link().split("#")[1] ?? "";
    const post = (body: string) =>
      fetch(`${address}/_/ticket`, { method: "POST", body });
    const opened = await post(ticket);
    const set = opened.headers.get("set-cookie") ?? "";
    assertEquals(opened.status, 204);
    // No script has it, and no other site sends it.
    for (const part of ["HttpOnly", "SameSite=Strict"]) {
      assert(set.includes(part), set);
    }
    assertEquals(await opened.text(), "");
    const headers = { cookie: set.split(";")[0] ?? "" };
    const state = await (await fetch(`${address}/_/state`, { headers })).json();
    assertEquals(
      state.collections.map(({ name }: { name: string }) => name),
      ["users", "notes", "_superusers"],
    );
    assertEquals(state.functions, ["add"]);
    const again = await post(ticket);
    assertEquals(again.status, 401);
    assert((await again.text()).includes("ask for another"));
    assertEquals(await statusOf(`${address}/_/state`), 401);
    // Who signs out is out, also with a copy of the cookie.
    const other = await post(page.link().split("#")[1] ?? "");
    const copy = {
      cookie: other.headers.get("set-cookie")?.split(";")[0] ?? "",
    };
    await other.body?.cancel();
    assertEquals(await statusOf(`${address}/_/state`, { headers: copy }), 200);
    const elsewhere = { ...copy, origin: "http://evil.example" };
    const leave = (headers: Record<string, string>) =>
      statusOf(`${address}/_/leave`, { method: "POST", headers });
    assertEquals(await leave(elsewhere), 403);
    assertEquals(await leave(copy), 204);
    assertEquals(await statusOf(`${address}/_/state`, { headers: copy }), 401);
    // What a link has opened ends with the page.
    await page[Symbol.asyncDispose]();
    assertEquals(await statusOf(`${address}/_/state`, { headers }), 401);
    assertEquals(await data.auth.keys.list(), []);
  },
);

Deno.test(
  "the page of a store has nothing for accounts, strangers and other sites",
  bounded,
  async () => {
    await using served = await servePage();
    const { address, data } = served;
    const login = { email: "ann@example.com", password: "correct horse" };
    const { id } = await data.collection(users).create(login);
    const { token } = await data.auth.authWithPassword(
      "users",
      login.email,
      login.password,
    );
    const headers = { authorization: `Bearer ${token}` };
    const sessions = `${address}/_/sessions/users/${id}`;
    for (const more of [{}, { headers }]) {
      assertEquals(await statusOf(`${address}/_/state`, more), 401);
      assertEquals(await statusOf(sessions, more), 401);
      const end = { method: "DELETE", ...more };
      assertEquals(await statusOf(`${sessions}/x`, end), 401);
    }
    assertEquals((await data.auth.sessionsOf("users", id)).length, 1);
    const own = { method: "POST", body: token };
    assertEquals(await statusOf(`${address}/_/session`, own), 401);
    const other = { headers: { ...headers, origin: "http://evil.example" } };
    assertEquals(await statusOf(`${address}/_/state`, other), 403);
    const root = await data.auth.keys.create({ name: "root", as: "superuser" });
    const may = { headers: { authorization: `Bearer ${root}` } };
    const statuses = await Promise.all(
      [
        "state",
        `sessions/users/${id}`,
        `sessions/notes/${id}`,
        "sessions/users",
        `sessions/users/${id}/a/b`,
        "main.ts",
        "toString",
      ].map((path) => statusOf(`${address}/_/${path}`, may)),
    );
    assertEquals(statuses, [200, 200, 404, 404, 404, 404, 404]);
    const large = { method: "POST", body: "x".repeat(2000) };
    assertEquals(await statusOf(`${address}/_/ticket`, large), 413);
    assertEquals(await statusOf(`${address}/_/ticket`), 405);
  },
);

Deno.test("the options of the page of a store are checked", async () => {
  await using served = await servePage();
  const { data } = served;
  assertThrows(() => serveStorePage(data, { prefix: "x" }), TypeError);
  // @ts-expect-error It is misspelt.
  assertThrows(() => serveStorePage(data, { prefx: "/" }), TypeError, "prefix");
});
