// Retained values: the last one of a subject, for those who come later.
import { assertEquals, assertRejects } from "@std/assert";
import { UnsupportedFeatureError } from "../../../src/bus/mod.ts";
import { ENGINES, enginesWith, onlyIf, withBus } from "./engines.ts";
import { next } from "./waiting.ts";

for (const engine of enginesWith("retained")) {
  const { ignore } = onlyIf(engine);

  Deno.test(
    `The last retained value comes first to who subscribes later, and is marked, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await other.publish("state.a", "old", { retain: true });
      await other.publish("state.a", "new", { retain: true });
      await other.publish("state.a", "passing");
      await using subscription = rig.bus.subscribe("state.a");
      await subscription.ready;
      await other.publish("state.a", "live");
      const seen = [await next(subscription), await next(subscription)];
      assertEquals(
        seen.map(({ value, isRetained }) => [value, isRetained]),
        [["new", true], ["live", false]],
      );
    }),
  );

  Deno.test(
    `A pattern gets the retained value of each subject that it matches on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      for (const name of ["a.b", "a.c", "a.b.c", "d.b"]) {
        await other.publish(name, name, { retain: true });
      }
      for (
        const [pattern, expected] of [
          ["a.*", ["a.b", "a.c"]],
          ["a.>", ["a.b", "a.b.c", "a.c"]],
          ["*.b", ["a.b", "d.b"]],
          [">", ["a.b", "a.b.c", "a.c", "d.b"]],
        ] as const
      ) {
        await using subscription = rig.bus.subscribe(pattern);
        const values: unknown[] = [];
        while (values.length < expected.length) {
          const { subject, value, isRetained } = await next(subscription);
          assertEquals([subject, isRetained], [value, true]);
          values.push(value);
        }
        assertEquals(values.toSorted(), [...expected]);
        await subscription.ready;
        assertEquals(subscription.stats().pending, 0);
      }
    }),
  );

  Deno.test(
    `Who subscribed before gets a retained value live, not marked and once, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using subscription = rig.bus.subscribe("state.b");
      await subscription.ready;
      await other.publish("state.b", 1, { retain: true });
      await other.publish("state.b", 2);
      const seen = [await next(subscription), await next(subscription)];
      assertEquals(
        seen.map(({ value, isRetained }) => [value, isRetained]),
        [[1, false], [2, false]],
      );
    }),
  );

  Deno.test(
    `Who subscribes while values are retained misses none, and gets none twice, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      let isOver = false;
      let last = 0;
      const publishing = (async () => {
        while (!isOver) await other.publish("busy", ++last, { retain: true });
      })();
      for (let round = 0; round < 20; round++) {
        await using subscription = rig.bus.subscribe("busy");
        let previous: number | undefined;
        for (let taken = 0; taken < 5; taken++) {
          const { value } = await next(subscription);
          if (previous !== undefined) assertEquals(value, previous + 1);
          previous = Number(value);
        }
      }
      isOver = true;
      await publishing;
    }),
  );

  Deno.test(
    `A retained value that was cleared comes to nobody on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await other.publish("state.c", 1, { retain: true });
      await other.publish("state.d", 2, { retain: true });
      await rig.bus.clear("state.c");
      await using subscription = other.subscribe("state.*");
      const { subject, isRetained } = await next(subscription);
      assertEquals([subject, isRetained], ["state.d", true]);
      await subscription.ready;
      assertEquals(subscription.stats().pending, 0);
      await assertRejects(() => rig.bus.clear("state.*"), TypeError);
    }),
  );

  Deno.test(
    `No retained value comes to who wants none, or to a queue group, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      await rig.bus.publish("state.e", 1, { retain: true });
      for (const options of [{ retained: false }, { queue: "q" }]) {
        await using subscription = rig.bus.subscribe("state.e", options);
        await subscription.ready;
        await rig.bus.publish("state.e", 2);
        const { value, isRetained } = await next(subscription);
        assertEquals([value, isRetained], [2, false]);
      }
    }),
  );
}

for (const engine of ENGINES) {
  if (engine.features.has("retained")) continue;
  Deno.test(
    `To retain a value is refused by name on ${engine.name}`,
    onlyIf(engine),
    withBus(engine, async ({ bus }) => {
      await assertRejects(
        () => bus.publish("state", 1, { retain: true }),
        UnsupportedFeatureError,
      );
      await assertRejects(() => bus.clear("state"), UnsupportedFeatureError);
    }),
  );
}
