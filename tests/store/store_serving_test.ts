import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ChangesLostError,
  collection,
  integer,
  StoreClosedError,
  StoreError,
  text,
} from "../../src/store/mod.ts";
import { openStore } from "./support/open_store.ts";

const tasks = collection("tasks", {
  fields: { title: text({ required: true }), points: integer() },
  rules: { list: true, view: true, create: true },
});
const others = collection("others", { fields: {} });

Deno.test("a program follows the changes of a collection as they are, and goes on where it was", async () => {
  await using opened = await openStore({ collections: [tasks] });
  const { data } = opened;
  const all = data.collection(tasks);
  await all.create({ title: "before" });
  const { cursor } = data;
  await using many = data.subscribe(tasks, { filter: "points > 5" });
  const { id } = await all.create({ title: "a", points: 9 });
  await all.create({ title: "few", points: 1 });
  await all.update(id, { title: "b" });
  await all.update(id, { points: 2 });
  const seen: string[] = [];
  for await (const { action, record, cursor } of many) {
    seen.push(`${cursor} ${action} ${record.title ?? record.id}`);
    if (seen.length === 3) break;
  }
  assertEquals(seen, ["2 create a", "4 update b", `5 delete ${id}`]);
  await using later = data.subscribe(tasks, { after: cursor, id });
  const again: string[] = [];
  for await (const { action, record } of later) {
    again.push(`${action} ${record.title} ${record.points}`);
    if (again.length === 3) break;
  }
  assertEquals(again, ["create a 9", "update b 9", "update b 2"]);
  await using ahead = data.subscribe(tasks, { after: "1000" });
  await assertRejects(() => ahead.next(), ChangesLostError);
});

Deno.test("what cannot be followed is refused at once, and a subscription ends with its store", async () => {
  await using opened = await openStore({ collections: [tasks] });
  const { data } = opened;
  assertThrows(() => data.subscribe(others), StoreError);
  assertThrows(() => data.subscribe(tasks, { after: "x" }), TypeError, '"x"');
  assertThrows(() => data.subscribe(tasks, { filter: "nope = 1" }), StoreError);
  assertThrows(
    () => data.subscribe(tasks, { filtre: "" } as never),
    TypeError,
    'did you mean "filter"?',
  );
  const following = data.subscribe(tasks);
  const next = following.next();
  const outcome = next.then(({ done }) => done, (error) => error);
  await data.close();
  const ended = await outcome;
  assert(ended === true || ended instanceof StoreClosedError, `${ended}`);
});

Deno.test("a store is a handler for HTTP, in PocketBase's conventions", async () => {
  await using opened = await openStore({ collections: [tasks] });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    opened.data.handler,
  );
  const url =
    `http://127.0.0.1:${server.addr.port}/api/collections/tasks/records`;
  const created = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title: "over HTTP" }),
  });
  assertEquals(created.status, 200);
  const { id } = await created.json();
  const read = await fetch(`${url}/${id}`);
  assertEquals((await read.json()).title, "over HTTP");
  assertEquals(
    (await opened.data.collection(tasks).get(id)).title,
    "over HTTP",
  );
  const refused = await fetch(`${url}/${id}`, { method: "DELETE" });
  await refused.body?.cancel();
  assert(refused.status >= 400);
  await server.shutdown();
});
