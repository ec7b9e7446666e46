// What becomes of messages that a subscription has no time for.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  SlowSubscriberError,
  UnsupportedFeatureError,
} from "../../../src/bus/mod.ts";
import { ENGINES, enginesWith, onlyIf, withBus } from "./engines.ts";
import { arrived, next, take } from "./waiting.ts";

for (const engine of ENGINES) {
  const { ignore } = onlyIf(engine);

  for (
    const [overflow, kept, gaps] of [
      ["drop_oldest", [7, 8, 9], [7, 0, 0]],
      ["drop_newest", [0, 1, 2], [0, 0, 0]],
    ] as const
  ) {
    Deno.test(
      `A full subscription keeps ${kept} of ten and counts seven by ${overflow} on ${engine.name}`,
      { ignore },
      withBus(engine, async (rig) => {
        const other = await rig.connect();
        await using subscription = rig.bus.subscribe("many", {
          maxMessages: 3,
          overflow,
        });
        await subscription.ready;
        for (let index = 0; index < 10; index++) {
          void other.publish("many", index);
        }
        await arrived(subscription, 10);
        assertEquals(subscription.stats().dropped, 7);
        const seen = [];
        for (let taken = 0; taken < 3; taken++) {
          seen.push(await next(subscription));
        }
        assertEquals(seen.map(({ value }) => value), [...kept]);
        assertEquals(seen.map(({ gap }) => gap), [...gaps]);
        // What was dropped behind what was kept is a gap before the next one.
        await other.publish("many", 10);
        const { gap, value } = await next(subscription);
        assertEquals([value, gap], [10, overflow === "drop_newest" ? 7 : 0]);
        const { delivered, dropped, pending } = subscription.stats();
        assertEquals([delivered, dropped, pending], [4, 7, 0]);
      }),
    );
  }

  Deno.test(
    `The latest message of each subject replaces the one that waits on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using subscription = rig.bus.subscribe("price.*", {
        maxMessages: 3,
        overflow: "latest",
      });
      await subscription.ready;
      for (let index = 0; index < 30; index++) {
        void other.publish(`price.${index % 3}`, index);
      }
      await arrived(subscription, 30);
      assertEquals(subscription.stats().dropped, 27);
      assertEquals(
        (await take(subscription, 3)).toSorted(),
        [27, 28, 29],
      );
      assertEquals(subscription.stats().pending, 0);
    }),
  );

  Deno.test(
    `Of too many subjects the oldest is dropped by latest on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using subscription = rig.bus.subscribe("price.*", {
        maxMessages: 2,
        overflow: "latest",
      });
      await subscription.ready;
      for (let index = 0; index < 5; index++) {
        await other.publish(`price.${index}`, index);
      }
      await arrived(subscription, 5);
      assertEquals(subscription.stats().dropped, 3);
      assertEquals((await take(subscription, 2)).toSorted(), [3, 4]);
    }),
  );

  Deno.test(
    `A subscription that is too slow ends with an error by disconnect on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const slow = rig.bus.subscribe("many", {
        maxMessages: 2,
        overflow: "disconnect",
      });
      await using lively = rig.bus.subscribe("many");
      await Promise.all([slow.ready, lively.ready]);
      for (let index = 0; index < 5; index++) void other.publish("many", index);
      await assertRejects(() => slow.closed, SlowSubscriberError);
      await assertRejects(async () => {
        while (await slow.receive() !== undefined);
      }, SlowSubscriberError);
      assertEquals(await take(lively, 5), [0, 1, 2, 3, 4]);
    }),
  );

  Deno.test(
    `A message of any size has room in a subscription that is empty on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using subscription = rig.bus.subscribe("large", { maxBytes: 10 });
      await subscription.ready;
      const large = "x".repeat(10_000);
      await other.publish("large", large);
      assertEquals(await take(subscription, 1), [large]);
      assertEquals(subscription.stats().dropped, 0);
    }),
  );

  Deno.test(
    `A slow subscription takes nothing from the others on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using slow = rig.bus.subscribe("many", { maxMessages: 1 });
      await using lively = rig.bus.subscribe("many");
      await Promise.all([slow.ready, lively.ready]);
      for (let index = 0; index < 1000; index++) {
        void other.publish("many", index);
      }
      assertEquals(await take(lively, 1000), [...Array(1000).keys()]);
      await arrived(slow, 1000);
      const { pending, dropped } = slow.stats();
      assertEquals([pending, dropped], [1, 999]);
    }),
  );
}

for (const engine of enginesWith("wait")) {
  Deno.test(
    `Whoever publishes waits for a full subscription by wait, and nothing is dropped, on ${engine.name}`,
    onlyIf(engine),
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using subscription = rig.bus.subscribe("many", {
        maxMessages: 2,
        maxBytes: 1000,
        overflow: "wait",
      });
      await subscription.ready;
      const count = 500;
      const value = "x".repeat(1000);
      let taken = 0;
      const publishing = (async () => {
        for (let index = 0; index < count; index++) {
          await other.publish("many", [index, value]);
          taken++;
        }
      })();
      await arrived(subscription, 1);
      assert(taken < count);
      for (let index = 0; index < count; index++) {
        const message = await next(subscription);
        assertEquals(Array.isArray(message.value) && message.value[0], index);
        assertEquals(message.gap, 0);
      }
      await publishing;
      assertEquals(taken, count);
      assertEquals(subscription.stats().dropped, 0);
    }),
  );

  Deno.test(
    `A publish stops waiting with its signal on ${engine.name}`,
    onlyIf(engine),
    withBus(engine, async ({ bus }) => {
      await using subscription = bus.subscribe("many", {
        maxMessages: 1,
        overflow: "wait",
      });
      await subscription.ready;
      const aborter = new AbortController();
      const publishing = (async () => {
        const { signal } = aborter;
        for (let index = 0;; index++) {
          await bus.publish("many", index, { signal });
        }
      })();
      await arrived(subscription, 1);
      const reason = new Error("enough");
      aborter.abort(reason);
      assertEquals(await publishing.catch((error) => error), reason);
    }),
  );
}

for (const engine of ENGINES) {
  if (engine.features.has("wait")) continue;
  Deno.test(
    `A subscription for which publishers would wait is refused by name on ${engine.name}`,
    onlyIf(engine),
    withBus(engine, ({ bus }) => {
      assertThrows(
        () => bus.subscribe("many", { overflow: "wait" }),
        UnsupportedFeatureError,
      );
      return Promise.resolve();
    }),
  );
}
