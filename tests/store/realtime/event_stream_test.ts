// The event stream with its cursor: cuts, slow readers, many readers, a log
// that no longer reaches back.
import { assert, assertEquals, assertGreater } from "@std/assert";
import { bounded } from "../../support/net.ts";
import { FaultProxy } from "../../support/fault_proxy.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { randomFrom } from "../../support/random.ts";
import { isSlow } from "../../support/slow.ts";
import { collection } from "../../../src/store/schema/collection.ts";
import { partsOf } from "../../../src/store/store.ts";
import { integer, text } from "../../../src/store/schema/fields.ts";
import {
  notes,
  openTestStore,
  secrets,
  type ServedTestStore,
  tasks,
  users,
} from "../support/served_test_store.ts";
import { readEvents, type ReceivedEvent } from "../support/sse_reader.ts";

const store = await openTestStore();
Deno.test.afterAll(async () => await store[Symbol.asyncDispose]());
Deno.test.beforeEach(() => store.clear());

function stream(
  of: ServedTestStore,
  topics: readonly string[],
  port = of.port,
): string {
  const search = topics.map((topic) => `topic=${encodeURIComponent(topic)}`);
  return `http://127.0.0.1:${port}/api/realtime?${search.join("&")}`;
}

function withFilter(topic: string, filter: string): string {
  const options = JSON.stringify({ query: { filter } });
  return `${topic}?options=${encodeURIComponent(options)}`;
}

async function create(of: ServedTestStore, points: number): Promise<string> {
  const [record] = await of.program.write([{
    kind: "create",
    collection: tasks,
    data: { title: `Task ${points}`, points },
  }]);
  return `${record?.["id"]}`;
}

async function update(
  of: ServedTestStore,
  id: string,
  points: number,
): Promise<void> {
  await of.program.write([
    { kind: "update", collection: tasks, id, data: { points } },
  ]);
}

/** The next event of a name; others are skipped. */
async function next(
  events: AsyncIterator<ReceivedEvent>,
  name: string,
): Promise<ReceivedEvent> {
  while (true) {
    const { value, done } = await events.next();
    if (done) throw new Error(`The stream has ended before ${name}`);
    if (value.event === name) return value;
  }
}

const record = (event: ReceivedEvent) =>
  event.data["record"] as Record<string, unknown>;

Deno.test(
  "Who comes back with the last id gets what was missed, once and in order",
  bounded,
  async () => {
    const abort = new AbortController();
    const url = stream(store, ["tasks/*"]);
    const first = readEvents(url, { signal: abort.signal });
    await next(first, "cursor");
    await create(store, 1);
    const { lastId, data } = await next(first, "tasks/*");
    assertEquals(data["cursor"], lastId);
    abort.abort();
    await first.return();
    for (const points of [2, 3]) await create(store, points);
    const again = new AbortController();
    const second = readEvents(url, {
      signal: again.signal,
      headers: { "last-event-id": lastId },
    });
    const missed = [
      await next(second, "tasks/*"),
      await next(second, "tasks/*"),
    ];
    assertEquals(missed.map((event) => record(event)["points"]), [2, 3]);
    await create(store, 4);
    assertEquals(record(await next(second, "tasks/*"))["points"], 4);
    again.abort();
    await second.return();
    // The parameter is for those who cannot send the header.
    const third = new AbortController();
    const byParameter = readEvents(`${url}&cursor=${lastId}`, {
      signal: third.signal,
    });
    assertEquals(record(await next(byParameter, "tasks/*"))["points"], 2);
    third.abort();
    await byParameter.return();
  },
);

Deno.test(
  "A browser's EventSource connects again by itself, and misses nothing",
  bounded,
  async () => {
    await using proxy = new FaultProxy({ port: store.port });
    const url = stream(store, ["tasks/*"], proxy.address.port);
    const source = new EventSource(url);
    const points: unknown[] = [];
    const done = Promise.withResolvers<void>();
    const ready = Promise.withResolvers<void>();
    source.addEventListener("cursor", () => ready.resolve());
    source.addEventListener("tasks/*", ({ data }) => {
      points.push(JSON.parse(data).record.points);
      if (points.at(-1) === 6) done.resolve();
    });
    await ready.promise;
    for (let i = 1; i <= 6; i++) {
      await create(store, i);
      if (i === 2) proxy.cut();
    }
    await done.promise;
    source.close();
    assertEquals(points, [1, 2, 3, 4, 5, 6]);
  },
);

Deno.test(
  "Random changes, cuts in the middle of events and reconnects: each topic gets each change once, in order, and its view is the table",
  bounded,
  async () => {
    const seed = 7;
    const random = randomFrom(seed);
    await using proxy = new FaultProxy({ port: store.port });
    proxy.splitBytes = 700;
    const one = await create(store, 0);
    const doneOnly = withFilter("tasks/*", "done = true");
    const topics = ["tasks/*", `tasks/${one}`, doneOnly];
    const abort = new AbortController();
    const url = stream(store, topics, proxy.address.port);
    const events = readEvents(url, { signal: abort.signal });
    const got = new Map<string, ReceivedEvent[]>(
      topics.map((topic) => [topic, []]),
    );
    const ready = Promise.withResolvers<void>();
    const last = "z".repeat(15);
    const reading = (async () => {
      for await (const event of events) {
        if (event.event === "cursor") ready.resolve();
        got.get(event.event)?.push(event);
        if (event.event === "tasks/*" && record(event)["id"] === last) break;
      }
    })();
    await ready.promise;
    const begin = store.data.cursor;
    const ids = [one];
    const steps = isSlow ? 2000 : 300;
    for (let step = 0; step < steps; step++) {
      const id = ids[Math.floor(random() * ids.length)] ?? one;
      const chance = random();
      if (chance < 0.4) ids.push(await create(store, step));
      else if (chance < 0.9 || id === one) {
        await store.program.write([{
          kind: "update",
          collection: tasks,
          id,
          data: { points: step, done: random() < 0.5 },
        }]);
      } else {
        ids.splice(ids.indexOf(id), 1);
        await store.program.write([{ kind: "delete", collection: tasks, id }]);
      }
      if (random() < 0.1) {
        proxy.cutAfter(1 + Math.floor(random() * 3000), "to_dialler");
      }
    }
    await store.program.write([{
      kind: "create",
      collection: tasks,
      data: { id: last, title: "The last one" },
    }]);
    await reading;
    abort.abort();
    assertGreater(proxy.accepted, 5);
    const { changes } = await partsOf(store.data).engine.changesSince(
      begin,
      10_000,
    );
    // The topic of everything has each change once, in order.
    assertEquals(
      got.get("tasks/*")?.map(({ data }) => [
        data["action"],
        record({
          data,
        } as ReceivedEvent)["id"],
      ]),
      changes.map(({ kind, id }) => [kind, id]),
    );
    assertEquals(
      got.get(`tasks/${one}`)?.map(({ lastId }) =>
        Number(lastId.split(":")[0])
      ),
      changes.filter(({ id }) => id === one).map(({ cursor }) =>
        Number(cursor)
      ),
    );
    // What the filter shows is what the table has, after all events of it.
    const view = new Map<unknown, unknown>();
    for (const event of got.get(doneOnly) ?? []) {
      const { id } = record(event);
      if (event.data["action"] === "delete") assert(view.delete(id));
      else {
        assertEquals(view.has(id), event.data["action"] === "update");
        view.set(id, record(event)["points"]);
      }
    }
    const table = await store.program.list(tasks, {
      filter: "done = true",
      sort: "id",
      limit: 1000,
      offset: 0,
      expand: "",
    });
    assertEquals(
      [...view].sort(),
      table.map(({ id, points }) => [id, points]),
      `seed ${seed}`,
    );
  },
);

Deno.test(
  "A rule is asked once for each identity and change, and a filter once for each of its texts, not for each of 1,000 subscribers",
  bounded,
  async () => {
    let asked = 0;
    const rows = collection("rows", {
      fields: { title: text(), size: integer() },
      rules: {
        list: () => {
          asked++;
          return true;
        },
        create: true,
      },
    });
    await using counted = await openTestStore({ collections: [users, rows] });
    const abort = new AbortController();
    const topics = [
      "rows/*",
      withFilter("rows/*", "size > 0"),
      withFilter("rows/*", "size > 10"),
    ];
    const readers = Array.from({ length: 1000 }, (_, i) => {
      const topic = topics[i % 10 === 0 ? 1 + i % 20 / 10 : 0] ?? "";
      return {
        topic,
        events: readEvents(stream(counted, [topic]), {
          signal: abort.signal,
          fetch: counted.data.handler,
        }),
      };
    });
    await Promise.all(readers.map(({ events }) => next(events, "cursor")));
    assertEquals(counted.stats().subscribers, 1000);
    assertEquals(counted.stats().views, 3);
    const before = counted.stats().looks;
    asked = 0;
    for (const size of [1, 20]) {
      await counted.program.write([
        { kind: "create", collection: rows, data: { size } },
      ]);
    }
    const sizes = await Promise.all(readers.map(async ({ topic, events }) => {
      const event = await next(events, topic);
      return record(event)["size"];
    }));
    // Those with the second filter get the second change alone.
    assertEquals(sizes.filter((size) => size === 20).length, 50);
    assertEquals(counted.stats().looks - before, 6);
    assert(asked <= 2, `the rule was asked ${asked} times`);
    abort.abort();
    await Promise.all(readers.map(({ events }) => events.return()));
  },
);

Deno.test(
  "Who reads nothing is cut after a while, with a cursor to go on from, and the others notice nothing",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using slow = await openTestStore({
      clock,
      http: { maxQueuedBytes: 10_000, slowMs: 1000, heartbeatMs: 500 },
    });

    const request = new Request(stream(slow, ["tasks/*"]));
    const stuck = await slow.data.handler(request);
    const abort = new AbortController();
    const other = readEvents(stream(slow, ["tasks/*"]), {
      signal: abort.signal,
    });
    await next(other, "cursor");
    const reader = stuck.body?.getReader();
    const { value: head } = await reader?.read() ?? {};
    assert(new TextDecoder().decode(head).includes("PB_CONNECT"));
    const id = await create(slow, 0);
    for (let i = 1; i <= 50; i++) await update(slow, id, i);
    for (let i = 0; i <= 50; i++) {
      assertEquals(record(await next(other, "tasks/*"))["points"], i);
    }
    assertEquals(slow.stats().slow, 0);
    // It reads nothing: what waits is bounded, and after a while it is cut.
    clock.advance(500);
    clock.advance(500);
    clock.advance(500);
    assertEquals(slow.stats().slow, 1);
    let rest = "";
    while (true) {
      const { value, done } = await reader?.read() ?? { done: true };
      if (done) break;
      rest += new TextDecoder().decode(value);
    }
    const cut = /event:cut\ndata:(.*)\n/.exec(rest)?.[1];
    const { reason, cursor, message } = JSON.parse(cut ?? "{}");
    assertEquals(reason, "too_slow");
    assert(message.includes(`start again from cursor ${cursor}`));
    // From there on it gets all the rest, once.
    const again = readEvents(`${stream(slow, ["tasks/*"])}&cursor=${cursor}`, {
      signal: abort.signal,
    });
    const got = rest.split("event:tasks/*").length - 1;
    for (let i = got; i <= 50; i++) {
      assertEquals(record(await next(again, "tasks/*"))["points"], i);
    }
    abort.abort();
    await Promise.all([other.return(), again.return()]);
  },
);

Deno.test(
  "A burst that is larger than its queue cuts nobody who reads",
  bounded,
  async () => {
    await using small = await openTestStore({ http: { maxQueuedBytes: 1000 } });
    const abort = new AbortController();
    const events = readEvents(stream(small, ["tasks/*"]), {
      signal: abort.signal,
    });
    await next(events, "cursor");
    const writes = Array.from({ length: 500 }, (_, points) => ({
      kind: "create" as const,
      collection: tasks,
      data: { title: "A", points },
    }));
    await small.program.write(writes);
    for (let points = 0; points < 500; points++) {
      assertEquals(record(await next(events, "tasks/*"))["points"], points);
    }
    assertEquals(small.stats().slow, 0);
    abort.abort();
    await events.return();
  },
);

Deno.test(
  "Who comes back too late learns that changes are lost, and goes on from now",
  bounded,
  async () => {
    await using short = await openTestStore({ keepChanges: 5 });
    const id = await create(short, 0);
    const abort = new AbortController();
    // The log is trimmed now and then, not at each change.
    for (let i = 1; i <= 3000; i += 100) {
      await short.program.write(
        Array.from({ length: 100 }, () => ({
          kind: "update" as const,
          collection: tasks,
          id,
          data: { points: i },
        })),
      );
    }
    for (const cursor of ["0", "1:1", "999999999"]) {
      const events = readEvents(
        `${stream(short, ["tasks/*"])}&cursor=${cursor}`,
        {
          signal: abort.signal,
        },
      );
      const { data, lastId } = await next(events, "cut");
      assertEquals(data["reason"], "changes_lost");
      assertEquals(data["cursor"], short.data.cursor);
      assertEquals(lastId, short.data.cursor);
      // It is back by then, and gets what comes.
      await next(events, "cursor");
      await update(short, id, 7);
      assertEquals(record(await next(events, "tasks/*"))["points"], 7);
      await events.return();
    }
    abort.abort();
  },
);

Deno.test(
  "A cursor that is none is refused, and so is one client too many",
  bounded,
  async () => {
    await using few = await openTestStore({ http: { maxSubscribers: 1 } });
    for (const cursor of ["x", "-1", "1:0", "9".repeat(20)]) {
      const response = await fetch(`${few.url}/api/realtime?cursor=${cursor}`);
      assertEquals(response.status, 400);
      await response.body?.cancel();
    }
    const abort = new AbortController();
    const events = readEvents(stream(few, ["tasks/*"]), {
      signal: abort.signal,
    });
    await next(events, "cursor");
    const refused = await fetch(`${few.url}/api/realtime`);
    assertEquals(refused.status, 503);
    assertEquals(refused.headers.get("retry-after"), "5");
    await refused.body?.cancel();
    abort.abort();
    await events.return();
  },
);

Deno.test(
  "An idle stream says where it is, so that who was away long loses nothing",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using idle = await openTestStore({
      clock,
      http: { heartbeatMs: 100 },
    });
    const abort = new AbortController();
    const events = readEvents(stream(idle, ["notes/*"]), {
      signal: abort.signal,
    });
    const { data: begin } = await next(events, "cursor");
    await create(idle, 1);
    const waiting = next(events, "cursor");
    clock.advance(100);
    const { data } = await waiting;
    assertGreater(Number(data["cursor"]), Number(begin["cursor"]));
    abort.abort();
    await events.return();
  },
);

/** Signs in to a new account, and returns its token and id. */
async function signedIn(
  of: ServedTestStore,
): Promise<{ token: string; id: string }> {
  const password = "correct horse battery staple";
  const email = "ann@example.com";
  const [record] = await of.program.write([
    { kind: "create", collection: users, data: { email, password } },
  ]);
  const { token } = await of.data.auth.authWithPassword(
    "users",
    email,
    password,
  );
  return { token, id: `${record?.["id"]}` };
}

Deno.test(
  "Who follows changes by a key or session whose time is over sees no more",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using timed = await openTestStore({
      clock,
      http: { heartbeatMs: 200_000 },
    });
    const key = await timed.data.auth.keys.create({
      name: "reader",
      as: "superuser",
      lifeMs: 1000,
    });
    const abort = new AbortController();
    const follow = (authorization: string) =>
      readEvents(stream(timed, ["secrets/*"]), {
        signal: abort.signal,
        headers: { authorization },
      });
    const write = (text: string) =>
      timed.program.write([
        { kind: "create", collection: secrets, data: { text } },
      ]);
    const busy = follow(key);
    await next(busy, "cursor");
    await write("seen");
    assertEquals(record(await next(busy, "secrets/*"))["text"], "seen");
    clock.advance(100_000);
    await write("hidden");
    const { value } = await busy.next();
    assertEquals(value?.event, "cut");
    assertEquals(value?.data["reason"], "identity_changed");
    // One to whom nothing comes is cut too.
    const other = await timed.data.auth.keys.create({
      name: "other",
      as: "superuser",
      lifeMs: 1000,
    });
    const quiet = follow(other);
    await next(quiet, "cursor");
    clock.advance(200_000);
    await next(quiet, "cut");
    abort.abort();
    for (const events of [busy, quiet]) await events.return();
  },
);

Deno.test(
  "Who signs in again or out while a body comes slowly is who he is by then",
  bounded,
  async () => {
    const { token, id } = await signedIn(store);
    const abort = new AbortController();
    const events = readEvents(`${store.url}/api/realtime`, {
      signal: abort.signal,
    });
    const { data } = await next(events, "PB_CONNECT");
    const slowly = async (method: string, path: string, text: object) => {
      const began = Promise.withResolvers<void>();
      const ready = Promise.withResolvers<void>();
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        async pull(controller) {
          began.resolve();
          await ready.promise;
          controller.enqueue(new TextEncoder().encode(JSON.stringify(text)));
          controller.close();
        },
      }, { highWaterMark: 0 });
      const response = store.data.handler(
        new Request(`${store.url}/api/${path}`, {
          method,
          body,
          headers: {
            "authorization": token,
            "content-type": "application/json",
          },
        }),
      );
      await began.promise;
      return { response, finish: ready.resolve };
    };
    const slow = [
      await slowly("PATCH", `collections/users/records/${id}`, { name: "x" }),
      await slowly("POST", "realtime", {
        clientId: data["clientId"],
        subscriptions: ["notes/*", "tasks/*"],
      }),
    ];
    await store.data.auth.revokeSessions("users", id);
    for (const { finish } of slow) finish();
    const statuses = [];
    for (const { response } of slow) statuses.push((await response).status);
    assertEquals(statuses, [404, 204]);
    await store.program.write([
      { kind: "create", collection: notes, data: { key: "a", owner: id } },
    ]);
    await create(store, 1);
    const seen: string[] = [];
    while (seen.at(-1) !== "tasks/*") {
      const { value } = await events.next();
      if (value !== undefined && value.event !== "cursor") {
        seen.push(value.event);
      }
    }
    assertEquals(seen, ["tasks/*"]);
    abort.abort();
    await events.return();
  },
);

Deno.test(
  "What changes while it is found out who sees it is not lost for an account that changes too",
  bounded,
  async () => {
    const { token, id } = await signedIn(store);
    const topic = `tasks/*?options=${
      encodeURIComponent(JSON.stringify({ query: { expand: "owner" } }))
    }`;
    const abort = new AbortController();
    const events = readEvents(stream(store, [topic]), {
      signal: abort.signal,
      headers: { authorization: token },
    });
    await next(events, "cursor");
    await create(store, 1);
    assertEquals(record(await next(events, topic))["points"], 1);
    // What is expanded waits for the one thread that reads.
    const { engine } = partsOf(store.data);
    const slow = engine.read({
      sql:
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT max(i) FROM n",
      values: [],
    });
    const data = { title: "Owned", owner: id, points: 2 };
    await store.program.write([{ kind: "create", collection: tasks, data }]);
    await engine.write({
      steps: [
        { kind: "update", collection: "users", id, row: { name: "Ann" } },
      ],
    });
    await slow;
    await create(store, 3);
    for (const points of [2, 3]) {
      assertEquals(record(await next(events, topic))["points"], points);
    }
    abort.abort();
    await events.return();
  },
);
