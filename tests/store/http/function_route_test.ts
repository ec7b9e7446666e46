// Stored functions over HTTP, as the official client calls them.
import { assert, assertEquals, assertRejects } from "@std/assert";
import PocketBase, { ClientResponseError } from "pocketbase";
import { z } from "zod";
import {
  authCollection,
  collection,
  integer,
  storedFunction,
  text,
} from "../../../src/store/mod.ts";
import { bounded } from "../../support/net.ts";
import { openStore } from "../support/open_store.ts";

const users = authCollection("users", { fields: { name: text() } });
const accounts = collection("accounts", {
  fields: { owner: text(), balance: integer({ min: 0 }) },
});

const functions = {
  deposit: storedFunction({
    input: z.object({ amount: z.number().int().positive() }),
    allow: (who) => who?.kind === "record",
    run: async ({ identity, collection }, { amount }) => {
      const owner = identity?.kind === "record" ? identity.id : "";
      const { items: [account] } = await collection(accounts).list({
        filter: `owner = '${owner}'`,
      });
      const { balance } = account === undefined
        ? await collection(accounts).create({ owner, balance: amount })
        : await collection(accounts).update(account.id, {
          balance: (account.balance ?? 0) + amount,
        });
      return { balance };
    },
  }),
  twice: storedFunction({
    input: z.string().optional(),
    allow: () => true,
    run: (_context, word) => word === undefined ? undefined : word + word,
  }),
  broken: storedFunction({
    input: z.unknown(),
    allow: () => true,
    run: async ({ collection }) => {
      await collection(accounts).create({ owner: "nobody", balance: 1 });
      throw new Error("it has a secret");
    },
  }),
};

async function served() {
  const one = await openStore({ collections: [users, accounts], functions });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    one.data.handler,
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    data: one.data,
    url,
    call: (name: string, body?: BodyInit, type = "application/json") =>
      fetch(`${url}/api/functions/${name}`, {
        method: "POST",
        ...body === undefined
          ? {}
          : { body, headers: { "content-type": type } },
      }),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await one[Symbol.asyncDispose]();
    },
  };
}

Deno.test(
  "the official client calls a stored function as who is signed in",
  bounded,
  async () => {
    await using service = await served();
    await service.data.collection(users).create({
      email: "ann@example.com",
      password: "correct horse",
    });
    const pb = new PocketBase(service.url);
    const send = (amount: unknown) =>
      pb.send("/api/functions/deposit", { method: "POST", body: { amount } });
    const refused = await assertRejects(() => send(5), ClientResponseError);
    assertEquals(refused.status, 403);
    await pb.collection("users").authWithPassword(
      "ann@example.com",
      "correct horse",
    );
    assertEquals(await send(5), { balance: 5 });
    assertEquals(await send(7), { balance: 12 });
    const invalid = await assertRejects(() => send(-1), ClientResponseError);
    assertEquals(invalid.status, 400);
    assert("amount" in invalid.response.data);
  },
);

Deno.test(
  "a stored function takes any JSON, and says what else is wrong",
  bounded,
  async () => {
    await using service = await served();
    const { call } = service;
    const answered = await call("twice", `"ab"`);
    assertEquals([answered.status, await answered.json()], [200, "abab"]);
    const empty = await call("twice");
    assertEquals([empty.status, await empty.text()], [204, ""]);
    const statuses = [
      call("thrice", "{}"),
      call("toString", "{}"),
      call("twice", "{", "application/json"),
      call("twice", "a=b", "application/x-www-form-urlencoded"),
      call("twice", "7"),
      fetch(`${service.url}/api/functions/twice`),
    ].map(async (response) => {
      const { status, body } = await response;
      await body?.cancel();
      return status;
    });
    assertEquals(await Promise.all(statuses), [404, 404, 400, 415, 400, 405]);
  },
);

Deno.test(
  "a stored function that fails over HTTP has written nothing, and shows nothing",
  bounded,
  async () => {
    await using service = await served();
    const { error } = console;
    const lines: unknown[][] = [];
    console.error = (...line) => lines.push(line);
    let text: string;
    try {
      const response = await service.call("broken", "{}");
      assertEquals(response.status, 500);
      text = await response.text();
    } finally {
      console.error = error;
    }
    assert(!text.includes("secret"), text);
    assert(`${lines[0]?.[1]}`.includes("it has a secret"));
    assertEquals(await service.data.collection(accounts).count(), 0);
  },
);
