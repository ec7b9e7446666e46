import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  Bus,
  BusLimitError,
  SlowSubscriberError,
  type Subscription,
} from "../../src/bus/mod.ts";
import type { MsgpackValue } from "../../src/codec/mod.ts";

/** Reads what is there, as value and gap. */
async function readAll(
  subscription: Subscription<MsgpackValue, MsgpackValue>,
): Promise<[unknown, number][]> {
  const read: [unknown, number][] = [];
  while (subscription.stats().pending > 0) {
    const message = await subscription.receive();
    if (message !== undefined) read.push([message.value, message.gap]);
  }
  return read;
}

Deno.test("drop_oldest keeps the newest, and counts what it has dropped as the gap of the next message", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const subscription = bus.subscribe("a", { maxMessages: 3 });
  for (let index = 0; index < 10; index++) bus.publish("a", index);
  assertEquals(await readAll(subscription), [[7, 7], [8, 0], [9, 0]]);
  assertEquals(subscription.stats().dropped, 7);
  assertEquals(bus.stats().dropped, 7);
});

Deno.test("drop_newest keeps the oldest, and the message after those that it has dropped says how many they were", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const subscription = bus.subscribe("a", {
    maxMessages: 2,
    overflow: "drop_newest",
  });
  for (let index = 0; index < 5; index++) bus.publish("a", index);
  assertEquals((await subscription.receive())?.value, 0);
  bus.publish("a", 5);
  assertEquals(await readAll(subscription), [[1, 0], [5, 3]]);
});

Deno.test("latest keeps one message for each subject, the newest", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const subscription = bus.subscribe("price.*", { overflow: "latest" });
  for (let index = 0; index < 10; index++) {
    bus.publish("price.a", index);
    if (index % 2 === 0) bus.publish("price.b", -index);
  }
  assertEquals(await readAll(subscription), [[9, 9], [-8, 4]]);
});

Deno.test("wait lets publishers wait in turn, each until its message has room, and loses none", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const subscription = bus.subscribe("a", { maxMessages: 2, overflow: "wait" });
  const other = bus.subscribe("a");
  const taken: number[] = [];
  for (let index = 0; index < 5; index++) {
    bus.publish("a", index).then(() => taken.push(index));
  }
  await system.idle();
  assertEquals(taken, [0, 1]);
  // Who is not waited for has it all at once.
  assertEquals(other.stats().pending, 5);
  let flushed = false;
  const flush = bus.flush().then(() => flushed = true);
  for (let index = 0; index < 5; index++) {
    assertEquals(flushed, index === 4 ? true : flushed);
    const message = await subscription.receive();
    assertEquals([message?.value, message?.gap], [index, 0]);
    await system.idle();
    assertEquals(taken.length, Math.min(5, index + 3));
  }
  await flush;
  assertEquals(subscription.stats().dropped, 0);
  await other.unsubscribe();
});

Deno.test("publishers do not wait for a subscription that has ended, and stop waiting by a signal", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const subscription = bus.subscribe("a", { maxMessages: 1, overflow: "wait" });
  bus.publish("a", 0);
  const controller = new AbortController();
  const givenUp = bus.publish("a", 1, { signal: controller.signal });
  const waiting = bus.publish("a", 2);
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await givenUp.catch((error) => error), reason);
  await subscription.unsubscribe();
  await waiting;
  await bus.flush();
});

Deno.test("the publishes that may wait for one subscription are bounded, and one more reaches nobody", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system, { maxWaitingPublishes: 3 });
  const full = bus.subscribe("a", { maxMessages: 1, overflow: "wait" });
  const other = bus.subscribe("a");
  const waiting = Array.from(
    { length: 4 },
    (_, index) => bus.publish("a", index),
  );
  await assertRejects(() => bus.publish("a", 4), BusLimitError, "wait for");
  assertEquals(full.stats().pending, 4);
  assertEquals(other.stats().pending, 4);
  await full.unsubscribe();
  await Promise.all(waiting);
  await other.unsubscribe();
});

Deno.test("disconnect ends the subscription, and tells its reader why", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const subscription = bus.subscribe("a", {
    maxMessages: 2,
    overflow: "disconnect",
  });
  for (let index = 0; index < 3; index++) bus.publish("a", index);
  await assertRejects(() => subscription.closed, SlowSubscriberError);
  await assertRejects(() => subscription.receive(), SlowSubscriberError);
  assertEquals(subscription.stats().dropped, 3);
  assertEquals(bus.stats().subscriptions, 0);
});

Deno.test("a subscriber that does not read costs its lively neighbours nothing", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const deaf = bus.subscribe("a", { maxMessages: 10 });
  const counts = new Array<number>(20).fill(0);
  counts.forEach((_, index) =>
    bus.subscribe("a", { handler: () => void counts[index]!++ })
  );
  for (let index = 0; index < 1000; index++) {
    bus.publish("a", index);
    if (index % 100 === 0) await system.idle();
  }
  await system.idle();
  assertEquals(counts, new Array<number>(20).fill(1000));
  assertEquals(deaf.stats(), {
    delivered: 0,
    pending: 10,
    dropped: 990,
    undecodable: 0,
  });
  await deaf.unsubscribe();
});
