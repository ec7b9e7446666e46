// The official client of PocketBase, subscribed to a running store.
import { assert, assertEquals, assertRejects } from "@std/assert";
import PocketBase from "pocketbase";
import { bounded } from "../../support/net.ts";
import { FaultProxy } from "../../support/fault_proxy.ts";
import { Happenings } from "../../support/happenings.ts";
import {
  drafts,
  notes,
  openTestStore,
  users,
} from "../support/served_test_store.ts";

const PASSWORD = "correct horse battery staple";
const store = await openTestStore();
Deno.test.afterAll(async () => await store[Symbol.asyncDispose]());
Deno.test.beforeEach(() => store.clear());

interface Event {
  readonly action: string;
  readonly record: Record<string, unknown>;
  readonly cursor: string;
}

function client(url = store.url): PocketBase {
  const pb = new PocketBase(url);
  pb.autoCancellation(false);
  return pb;
}

async function signedIn(email: string): Promise<PocketBase> {
  const pb = client();
  await pb.collection("users").create({
    email,
    password: PASSWORD,
    passwordConfirm: PASSWORD,
  });
  await pb.collection("users").authWithPassword(email, PASSWORD);
  return pb;
}

/** Subscribes, and returns the events as they come. */
async function follow(
  pb: PocketBase,
  collection: string,
  topic: string,
  options?: Record<string, string>,
): Promise<Happenings<Event>> {
  const events = new Happenings<Event>();
  await pb.collection(collection).subscribe(topic, (event) => {
    // The client's type does not know the cursor.
    const { action, record, ...rest } = event;
    const cursor: unknown = Reflect.get(rest, "cursor");
    events.push({ action, record, cursor: String(cursor) });
  }, options);
  return events;
}

const actions = (events: readonly Event[]) =>
  events.map(({ action, record }) => [action, record["title"]]);

async function take(
  events: Happenings<Event>,
  count: number,
): Promise<Event[]> {
  const taken: Event[] = [];
  while (taken.length < count) taken.push(await events.next());
  return taken;
}

Deno.test(
  "subscribe() to a collection gets what is created, updated and deleted, until unsubscribe()",
  bounded,
  async () => {
    const pb = client();
    const events = await follow(pb, "tasks", "*");
    const { id } = await pb.collection("tasks").create({ title: "A" });
    await pb.collection("tasks").update(id, { title: "B" });
    await pb.collection("tasks").delete(id);
    const got = await take(events, 3);
    assertEquals(actions(got), [
      ["create", "A"],
      ["update", "B"],
      ["delete", "B"],
    ]);
    assertEquals(got[0]?.record["collectionName"], "tasks");
    assertEquals(got[0]?.record["done"], false);
    await pb.collection("tasks").unsubscribe("*");
    await until(() => store.stats().subscribers === 0);
  },
);

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test(
  "subscribe() to one record gets that one alone",
  bounded,
  async () => {
    const pb = client();
    const one = await pb.collection("tasks").create({ title: "A" });
    const other = await pb.collection("tasks").create({ title: "B" });
    const events = await follow(pb, "tasks", one.id);
    await pb.collection("tasks").update(other.id, { title: "C" });
    await pb.collection("tasks").update(one.id, { title: "D" });
    assertEquals(actions(await take(events, 1)), [["update", "D"]]);
    await pb.realtime.unsubscribe();
  },
);

Deno.test(
  "A record that comes to match a filter is created for it, and one that leaves is deleted with its id alone",
  bounded,
  async () => {
    const pb = client();
    const events = await follow(pb, "tasks", "*", {
      filter: "done = false",
      fields: "id,title,done",
    });
    const { id } = await pb.collection("tasks").create({ title: "A" });
    await pb.collection("tasks").update(id, { done: true, title: "Hidden" });
    await pb.collection("tasks").update(id, { title: "Still hidden" });
    await pb.collection("tasks").update(id, { done: false, title: "C" });
    const [, gone, back] = await take(events, 3);
    assertEquals(gone?.action, "delete");
    assertEquals(gone?.record, {
      collectionId: "tasks",
      collectionName: "tasks",
      id,
    });
    assertEquals([back?.action, back?.record], [
      "create",
      { id, title: "C", done: false },
    ]);
    await pb.realtime.unsubscribe();
  },
);

Deno.test(
  "An event has what is expanded, and the fields that are asked for",
  bounded,
  async () => {
    const pb = await signedIn("ann@example.com");
    const owner = pb.authStore.record?.id ?? "";
    const events = await follow(pb, "tasks", "*", {
      expand: "owner",
      fields: "title,expand.owner.id",
    });
    await pb.collection("tasks").create({ title: "A", owner });
    const [event] = await take(events, 1);
    assertEquals(event?.record, {
      title: "A",
      expand: { owner: { id: owner } },
    });
    await pb.realtime.unsubscribe();
  },
);

Deno.test(
  "Subscribers see what their rules let them see, and nothing else",
  bounded,
  async () => {
    const ann = await signedIn("ann@example.com");
    const bob = await signedIn("bob@example.com");
    const nobody = client();
    const followed = await Promise.all(
      [ann, bob, nobody].map((pb) => follow(pb, "notes", "*")),
    );
    const create = (pb: PocketBase, key: string) =>
      pb.collection("notes").create({ key, owner: pb.authStore.record?.id });
    await create(ann, "of ann");
    await create(bob, "of bob");
    const keys = await Promise.all(
      followed.slice(0, 2).map(async (events) =>
        (await take(events, 1)).map(({ record }) => record["key"])
      ),
    );
    assertEquals(keys, [["of ann"], ["of bob"]]);
    assertEquals(followed[2]?.untaken, 0);
    // Of a filter over relations the others' records are no part either.
    await Promise.all(
      [ann, bob, nobody].map((pb) => pb.realtime.unsubscribe()),
    );
  },
);

Deno.test(
  "A session that is revoked ends its subscriptions at once",
  bounded,
  async () => {
    const ann = await signedIn("ann@example.com");
    const id = ann.authStore.record?.id ?? "";
    const events = await follow(ann, "notes", "*");
    await ann.collection("notes").create({ key: "a", owner: id });
    await take(events, 1);
    const cut = Promise.withResolvers<string[]>();
    ann.realtime.onDisconnect = (topics) => cut.resolve(topics);
    await store.data.auth.revokeSessions("users", id);
    assertEquals(await cut.promise, ["notes/*"]);
    // The client comes back by itself, with a token that is of nobody by now.
    const back = Promise.withResolvers<void>();
    ann.authStore.clear();
    await ann.realtime.subscribe("PB_CONNECT", () => back.resolve());
    await back.promise;
    await store.program.write([{
      kind: "create",
      collection: notes,
      data: { key: "b", owner: id },
    }]);
    assertEquals(events.untaken, 0);
    await ann.realtime.unsubscribe();
  },
);

Deno.test(
  "An account whose record changes sees what its rules say by then",
  bounded,
  async () => {
    const pb = await signedIn("ann@example.com");
    const id = pb.authStore.record?.id ?? "";
    const events = await follow(pb, "drafts", "*");
    const write = (text: string) =>
      store.program.write([
        { kind: "create", collection: drafts, data: { text } },
      ]);
    const setRole = (role: string) =>
      store.program.write([
        { kind: "update", collection: users, id, data: { role } },
      ]);
    await write("before");
    await setRole("editor");
    await write("as an editor");
    const [event] = await take(events, 1);
    assertEquals(event?.record["text"], "as an editor");
    await setRole("reader");
    await write("afterwards");
    await setRole("editor");
    await write("an editor again");
    const [again] = await take(events, 1);
    assertEquals(again?.record["text"], "an editor again");
    await pb.realtime.unsubscribe();
  },
);

Deno.test(
  "A topic that cannot be followed is refused, with what is wrong",
  bounded,
  async () => {
    const pb = client();
    for (
      const [collection, topic, options, status] of [
        ["tasks", "*", { filter: "titel = 1" }, 400],
        ["tasks", "*", { filter: "title = " }, 400],
        ["tasks", "*", { expand: "nobody" }, 400],
        ["nothing", "*", {}, 404],
      ] as const
    ) {
      const error = await assertRejects(() =>
        follow(pb, collection, topic, options)
      );
      assertEquals(Reflect.get(Object(error), "status"), status);
      await pb.realtime.unsubscribe();
    }
  },
);

Deno.test(
  "The official client misses nothing across cuts, with a cursor in the address that it connects to",
  bounded,
  async () => {
    await using proxy = new FaultProxy({ port: store.port });
    const pb = client(`http://127.0.0.1:${proxy.address.port}`);
    // These lines are those of the guide.
    let cursor = "";
    const build = pb.buildURL.bind(pb);
    pb.buildURL = (path) =>
      path === "/api/realtime" && cursor !== ""
        ? `${build(path)}?cursor=${cursor}`
        : build(path);
    await pb.realtime.subscribe("cursor", (event) => {
      cursor = event.cursor;
    });
    const seen: unknown[] = [];
    const done = Promise.withResolvers<void>();
    await pb.collection("tasks").subscribe("*", ({ record, ...rest }) => {
      cursor = String(Reflect.get(rest, "cursor"));
      seen.push(record["points"]);
      if (record["points"] === 60) done.resolve();
    });
    const writer = client();
    for (let points = 1; points <= 60; points++) {
      await writer.collection("tasks").create({ title: "A", points });
      if (points % 20 === 0) proxy.cut();
    }
    await done.promise;
    assertEquals(seen, Array.from({ length: 60 }, (_, i) => i + 1));
    assert(proxy.cuts === 3);
    await pb.realtime.unsubscribe();
  },
);
