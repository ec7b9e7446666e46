import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus } from "../../src/bus/mod.ts";
import { settledMemory } from "../support/memory.ts";
import { isSlow } from "../support/slow.ts";

const SUBSCRIBERS = isSlow ? 10_000 : 1000;
const MESSAGES = 100;

Deno.test("one publisher reaches ten thousand subscribers, in order, and each costs little memory", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const before = await settledMemory();
  const next = new Array<number>(SUBSCRIBERS).fill(0);
  for (let index = 0; index < SUBSCRIBERS; index++) {
    // Every tenth has a pattern of its own.
    const pattern = index % 10 === 0 ? `news.${index}` : "news.all";
    bus.subscribe(pattern, {
      handler: ({ value }) => {
        assertEquals(value, next[index]);
        next[index] = Number(value) + 1;
      },
    });
  }
  const after = await settledMemory();
  const each = (after.heap - before.heap) / SUBSCRIBERS;
  for (let message = 0; message < MESSAGES; message++) {
    bus.publish("news.all", message);
    for (let index = 0; index < SUBSCRIBERS; index += 10) {
      bus.publish(`news.${index}`, message);
    }
    await system.idle();
  }
  assertEquals(next, new Array<number>(SUBSCRIBERS).fill(MESSAGES));
  const end = await settledMemory();
  if (isSlow) {
    console.log(
      `${SUBSCRIBERS} subscriptions: ${each.toFixed(0)} bytes each when made, ${
        ((end.heap - before.heap) / SUBSCRIBERS).toFixed(0)
      } after ${MESSAGES} messages each; ${
        (end.rss / 2 ** 20).toFixed(0)
      } MiB resident`,
    );
  }
  assert(each < 4096, `${each} bytes for a subscription`);
  assert(
    (end.heap - before.heap) / SUBSCRIBERS < 8192,
    "messages that were handled are let go",
  );
});

Deno.test("ten thousand subscribers that do not read hold what their bounds allow, and no more", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system, { drainMs: 0 });
  const subscriptions = Array.from(
    { length: SUBSCRIBERS },
    () => bus.subscribe("news.all", { maxMessages: 10 }),
  );
  const before = await settledMemory();
  for (let message = 0; message < 10 * MESSAGES; message++) {
    bus.publish("news.all", message);
  }
  const after = await settledMemory();
  const each = (after.heap - before.heap) / SUBSCRIBERS;
  if (isSlow) console.log(`${each.toFixed(0)} bytes for 10 messages that wait`);
  for (const subscription of subscriptions) {
    assertEquals(subscription.stats().pending, 10);
    assertEquals(subscription.stats().dropped, 10 * MESSAGES - 10);
  }
  assert(each < 4096, `${each} bytes for 10 messages`);
  assertEquals(bus.stats().dropped, SUBSCRIBERS * (10 * MESSAGES - 10));
});
