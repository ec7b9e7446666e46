// Changes in the same process, over logical connections, and on a bus.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConnectionPool, listen } from "../../../src/tcp/mod.ts";
import { ActorSystem } from "../../../src/actor/mod.ts";
import { Bus, type BusStream } from "../../../src/bus/mod.ts";
import type { LogicalConnection } from "../../../src/session/mod.ts";
import {
  type ChangeFeed,
  ChangesLostError,
  type ChangeSubscription,
  publishChanges,
  serveChanges,
  StoreClosedError,
  type SubscribeOptions,
} from "../../../src/store/mod.ts";
import { partsOf } from "../../../src/store/store.ts";
import { WebNet } from "../../websocket/web_net.ts";
import { bounded } from "../../support/net.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import {
  notes,
  openTestStore,
  type ServedTestStore,
  tasks,
  users,
} from "../support/served_test_store.ts";

const PASSWORD = "correct horse battery staple";
const store = await openTestStore();
Deno.test.afterAll(async () => await store[Symbol.asyncDispose]());
Deno.test.beforeEach(() => store.clear());

function subscribe(
  of: ServedTestStore,
  options: SubscribeOptions = {},
): ChangeSubscription<Readonly<Record<string, unknown>>> {
  return of.data.subscribe(tasks, options);
}

async function create(of: ServedTestStore, points: number): Promise<string> {
  const [record] = await of.program.write([{
    kind: "create",
    collection: tasks,
    data: { title: "A", points },
  }]);
  return `${record?.["id"]}`;
}

async function points(
  subscription: ChangeSubscription<Readonly<Record<string, unknown>>>,
): Promise<unknown> {
  const { value } = await subscription.next();
  return value?.record["points"];
}

Deno.test(
  "A program iterates over changes, and goes on at a cursor",
  bounded,
  async () => {
    let cursor: string;
    {
      await using changes = subscribe(store, { filter: "points > 1" });
      await create(store, 1);
      await create(store, 2);
      assertEquals(await points(changes), 2);
      cursor = changes.cursor;
      await create(store, 3);
    }
    assertEquals(store.stats().subscribers, 0);
    const missed: unknown[] = [];
    for await (
      const { record } of subscribe(store, { after: cursor })
    ) {
      missed.push(record["points"]);
      if (missed.length === 1) break;
    }
    assertEquals(missed, [3]);
    assertEquals(store.stats().subscribers, 0);
  },
);

Deno.test(
  "What a program does not read waits in the log, and not in memory",
  bounded,
  async () => {
    await using changes = subscribe(store);
    for (let i = 0; i < 30; i++) {
      await store.program.write(Array.from({ length: 100 }, (_, at) => ({
        kind: "create" as const,
        collection: tasks,
        data: { title: "A", points: i * 100 + at },
      })));
    }
    for (let i = 0; i < 3000; i++) assertEquals(await points(changes), i);
  },
);

Deno.test(
  "A subscription in the program ends with an error if changes are lost, or the store is closed",
  bounded,
  async () => {
    await using short = await openTestStore({ keepChanges: 1 });
    for (let i = 0; i < 25; i++) {
      await short.program.write(Array.from({ length: 100 }, () => ({
        kind: "create" as const,
        collection: tasks,
        data: { title: "A" },
      })));
    }
    await using late = subscribe(short, { after: "1" });
    const lost = await assertRejects(() => late.next(), ChangesLostError);
    assertEquals(lost.firstCursor, short.data.cursor);
    assertEquals(await late.next(), { done: true, value: undefined });
    await using open = subscribe(short);
    const waiting = assertRejects(() => open.next(), StoreClosedError);
    await short.data.close();
    await waiting;
  },
);

const decoder = new TextDecoder();
const encoder = new TextEncoder();

async function say(
  connection: LogicalConnection,
  value: unknown,
): Promise<void> {
  await connection.send(encoder.encode(JSON.stringify(value)));
}

async function hear(
  connection: LogicalConnection,
): Promise<Record<string, unknown>> {
  const message = await connection.receive();
  assert(message !== undefined, "the connection has ended");
  return JSON.parse(decoder.decode(message));
}

Deno.test(
  "A logical connection follows topics with a token and a cursor, under the same rules",
  bounded,
  async () => {
    await using system = new ActorSystem();
    await using listener = listen(system, {
      port: 0,
      serve: serveChanges(store.data),
    });
    await using pool = new ConnectionPool(system);
    const email = "ann@example.com";
    const [ann] = await store.program.write([{
      kind: "create",
      collection: users,
      data: { email, password: PASSWORD, passwordConfirm: PASSWORD },
    }]);
    const { token } = await store.data.auth.authWithPassword(
      "users",
      email,
      PASSWORD,
    );
    const owner = `${ann?.["id"]}`;
    const write = (key: string, by: string | null) =>
      store.program.write([
        { kind: "create", collection: notes, data: { key, owner: by } },
      ]);
    const first = await pool.connect(listener.address);
    await say(first, { topics: ["notes/*"], token });
    assertEquals((await hear(first))["event"], "cursor");
    await write("of nobody", null);
    await write("of ann", owner);
    const event = await hear(first);
    assertEquals([event["event"], event["action"]], ["notes/*", "create"]);
    assertEquals(Reflect.get(Object(event["record"]), "key"), "of ann");
    await first.close();
    await write("missed", owner);
    const second = await pool.connect(listener.address);
    await say(second, { topics: ["notes/*"], token, cursor: event["cursor"] });
    assertEquals((await hear(second))["event"], "cursor");
    const missed = await hear(second);
    assertEquals(Reflect.get(Object(missed["record"]), "key"), "missed");
    // Another identity on the same connection is refused, as is nonsense.
    await say(second, { topics: ["notes/*"] });
    assertEquals((await hear(second))["event"], "refused");
    const third = await pool.connect(listener.address);
    await say(third, { topics: "notes" });
    assertEquals((await hear(third))["event"], "refused");
    assertEquals(await third.receive(), undefined);
    // The end of the session is the end of what it follows.
    const fourth = await pool.connect(listener.address);
    await say(fourth, { topics: ["notes/*"], token });
    assertEquals((await hear(fourth))["event"], "cursor");
    await store.data.auth.revokeSessions("users", owner);
    const cut = await hear(fourth);
    assertEquals([cut["event"], cut["reason"]], ["cut", "identity_changed"]);
    assertEquals(await fourth.receive(), undefined);
  },
);

Deno.test(
  "Who follows changes over a logical connection by a key whose time is over sees no more",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using timed = await openTestStore({ clock });
    await using system = new ActorSystem();
    await using listener = listen(system, {
      port: 0,
      serve: serveChanges(timed.data),
    });
    await using pool = new ConnectionPool(system);
    const token = await timed.data.auth.keys.create({
      name: "reader",
      as: "superuser",
      lifeMs: 1000,
    });
    const connection = await pool.connect(listener.address);
    await say(connection, { topics: ["notes/*"], token });
    const { cursor } = await hear(connection);
    const write = (key: string) =>
      timed.program.write([
        { kind: "create", collection: notes, data: { key } },
      ]);
    await write("seen");
    const event = await hear(connection);
    assertEquals(Reflect.get(Object(event["record"]), "key"), "seen");
    clock.advance(100_000);
    await write("hidden");
    const cut = await hear(connection);
    assertEquals([cut["event"], cut["reason"]], ["cut", "identity_changed"]);
    assertEquals(await connection.receive(), undefined);
    // Whoever comes back with the key is nobody by now.
    const again = await pool.connect(listener.address);
    await say(again, { topics: ["notes/*", "tasks/*"], token, cursor });
    assertEquals((await hear(again))["event"], "cursor");
    await create(timed, 7);
    assertEquals((await hear(again))["event"], "tasks/*");
  },
);

Deno.test(
  "Over a WebSocket a cut of the network is not noticed at all",
  bounded,
  async () => {
    await using net = new WebNet({
      serve: { serve: serveChanges(store.data) },
    });
    const connection = await net.client.connect();
    await say(connection, { topics: ["tasks/*"] });
    assertEquals((await hear(connection))["event"], "cursor");
    for (let i = 1; i <= 20; i++) {
      await create(store, i);
      if (i % 5 === 0) net.proxy.cut();
    }
    for (let i = 1; i <= 20; i++) {
      const { record } = await hear(connection);
      assertEquals(Reflect.get(Object(record), "points"), i);
    }
    await connection.close();
  },
);

function feed(
  { data }: ServedTestStore,
  stream: BusStream,
): Promise<ChangeFeed> {
  return publishChanges(data, stream, { prefix: "store.main" });
}

Deno.test(
  "Changes are published in a stream of a bus, and a feed goes on where it stopped",
  bounded,
  async () => {
    const directory = await Deno.makeTempDir();
    await using system = new ActorSystem();
    await using bus = new Bus(system);
    const stream = await bus.stream("changes", { subjects: ["store.>"] });
    const last = async (sequence: number) => {
      while ((await stream.info()).lastSequence < sequence) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    {
      await using of = await openTestStore({ directory });
      await using changes = await feed(of, stream);
      for (let i = 1; i <= 3; i++) await create(of, i);
      await last(3);
      assertEquals(changes.cursor, "3");
    }
    await using of = await openTestStore({ directory });
    // Nobody publishes these until there is a feed again.
    const id = await create(of, 4);
    await of.program.write([{ kind: "delete", collection: tasks, id }]);
    await using changes = await feed(of, stream);
    await last(5);
    const consumer = await stream.consume("store.main.tasks.>");
    const got: unknown[] = [];
    for (let i = 0; i < 5; i++) {
      const { subject, value } = await consumer.receive() ?? {};
      const { cursor, kind, record } = Object(value);
      got.push([cursor, kind, record?.points ?? null]);
      assert(subject?.startsWith("store.main.tasks."));
    }
    assertEquals(got, [
      ["1", "create", 1],
      ["2", "create", 2],
      ["3", "create", 3],
      ["4", "create", 4],
      ["5", "delete", null],
    ]);
    assertEquals((await stream.info()).messages, 5);
    assertEquals(changes.cursor, "5");
    await of[Symbol.asyncDispose]();
    await Deno.remove(directory, { recursive: true });
  },
);

Deno.test(
  "A change that is published twice is kept once, by its cursor",
  bounded,
  async () => {
    const clock = new ManualClock();
    const directory = await Deno.makeTempDir();
    await using system = new ActorSystem();
    await using bus = new Bus(system);
    const stream = await bus.stream("changes", { subjects: ["store.>"] });
    await using of = await openTestStore({ directory, clock });
    await create(of, 1);
    {
      await using first = await feed(of, stream);
      while (first.cursor !== "1") await new Promise((go) => setTimeout(go, 5));
    }
    // As after a kill: the file does not know of what was published.
    await partsOf(of.data).engine.write({
      steps: [{
        kind: "run",
        statement: { sql: `DELETE FROM "_feeds"`, values: [] },
      }],
    });
    await using again = await feed(of, stream);
    assertEquals(again.cursor, "0");
    while (again.cursor !== "1") await new Promise((go) => setTimeout(go, 5));
    assertEquals((await stream.info()).messages, 1);
    await again[Symbol.asyncDispose]();
    await of[Symbol.asyncDispose]();
    await Deno.remove(directory, { recursive: true });
  },
);
