// Presence: who is there.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Presence,
  UnsupportedFeatureError,
} from "../../../src/bus/mod.ts";
import { ENGINES, enginesWith, onlyIf, withBus } from "./engines.ts";
import { until } from "./waiting.ts";

/** Who is there, as text. */
function there(presence: Presence): string[] {
  return presence.members()
    .map(({ key, meta }) => `${key} ${String(meta)}`).toSorted();
}

/** Waits until exactly these are there. */
async function untilThere(
  presence: Presence,
  expected: readonly string[],
): Promise<void> {
  const wanted = JSON.stringify(expected.toSorted());
  await until(
    () => JSON.stringify(there(presence)) === wanted,
    `${wanted} are there, not ${JSON.stringify(there(presence))}`,
  );
}

for (const engine of enginesWith("presence")) {
  const { ignore } = onlyIf(engine);

  Deno.test(
    `Who is there is known to all, with joins, updates and leaves as they happen, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const ann = await rig.bus.track("room", "ann", "desk");
      await using presence = other.presence("room");
      await presence.ready;
      assertEquals(there(presence), ["ann desk"]);
      const changes = presence[Symbol.asyncIterator]();
      const first = (await changes.next()).value;
      assertEquals(
        first.joins.map(({ key }: { key: string }) => key),
        ["ann"],
      );
      const bob = await other.track("room", "bob", "sofa");
      const second = (await changes.next()).value;
      assertEquals(
        [second.joins.length, second.joins[0].key, second.joins[0].meta],
        [1, "bob", "sofa"],
      );
      await ann.update("door");
      const third = (await changes.next()).value;
      assertEquals(
        [third.joins.length, third.updates[0].key, third.updates[0].meta],
        [0, "ann", "door"],
      );
      assertEquals(third.updates[0].id, first.joins[0].id);
      await ann[Symbol.asyncDispose]();
      const fourth = (await changes.next()).value;
      assertEquals([fourth.leaves.length, fourth.leaves[0].key], [1, "ann"]);
      assertEquals(there(presence), ["bob sofa"]);
      await bob[Symbol.asyncDispose]();
      await untilThere(presence, []);
      await changes.return?.();
    }),
  );

  Deno.test(
    `A key may be there several times, and leaves once for each, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using presence = other.presence("room");
      const phone = await rig.bus.track("room", "ann", "phone");
      const laptop = await other.track("room", "ann", "laptop");
      await untilThere(presence, ["ann laptop", "ann phone"]);
      await phone[Symbol.asyncDispose]();
      await untilThere(presence, ["ann laptop"]);
      await laptop[Symbol.asyncDispose]();
      await untilThere(presence, []);
    }),
  );

  Deno.test(
    `Topics are apart, whatever characters they have, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const topics = ["a", "a.b", "a.>", "räume *", "x".repeat(255)];
      for (const topic of topics) {
        await other.track(topic, `who, ${topic.length}?`, topic.length);
      }
      for (const topic of topics) {
        await using presence = rig.bus.presence(topic);
        await presence.ready;
        assertEquals(there(presence), [
          `who, ${topic.length}? ${topic.length}`,
        ]);
      }
    }),
  );

  Deno.test(
    `An entry ends with its holder, with its signal and with its bus on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      await using presence = rig.bus.presence("room");
      const other = await rig.connect();
      const holder = new AbortController();
      const aborter = new AbortController();
      await other.track("room", "held", 1, { holder });
      await other.track("room", "signalled", 1, { signal: aborter.signal });
      await other.track("room", "left", 1);
      await untilThere(presence, ["held 1", "left 1", "signalled 1"]);
      holder.abort();
      await untilThere(presence, ["left 1", "signalled 1"]);
      aborter.abort();
      await untilThere(presence, ["left 1"]);
      if (other !== rig.bus) {
        await other.close();
        await untilThere(presence, []);
      }
    }),
  );

  Deno.test(
    `Changes that nobody reads are merged, and no state is missed, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using presence = rig.bus.presence("room");
      await presence.ready;
      const changes = presence[Symbol.asyncIterator]();
      const gone = await other.track("room", "gone", 0);
      const stays = await other.track("room", "stays", 0);
      for (let index = 1; index <= 10; index++) await stays.update(index);
      await gone[Symbol.asyncDispose]();
      await untilThere(presence, ["stays 10"]);
      const { value } = await changes.next();
      assertEquals(
        [value.joins.length, value.joins[0].meta, value.leaves, value.updates],
        [1, 10, [], []],
      );
      await changes.return?.();
    }),
  );

  Deno.test(
    `What is no topic, key or option of presence is refused on ${engine.name}`,
    { ignore },
    withBus(engine, async ({ bus }) => {
      for (const [topic, key] of [["", "a"], ["a", ""]] as const) {
        await assertRejects(() => bus.track(topic, key, 1), TypeError);
      }
      const long = "ä".repeat(128);
      await assertRejects(() => bus.track(long, "a", 1), RangeError);
      await assertRejects(() => bus.track("a", long, 1), RangeError);
      assertThrows(() => bus.presence(long), RangeError);
      const options: object = { singal: 1 };
      await assertRejects(() => bus.track("a", "a", 1, options), TypeError);
    }),
  );

  if (!engine.isConnected) continue;

  Deno.test(
    `A cut is no leave, neither for who looks nor for who is there, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using presence = rig.bus.presence("room");
      await presence.ready;
      const leaves: string[] = [];
      const reading = (async () => {
        for await (const change of presence) {
          leaves.push(...change.leaves.map(({ key }) => key));
        }
      })();
      const ann = await other.track("room", "ann", 1);
      await untilThere(presence, ["ann 1"]);
      for (const client of [other, rig.bus]) await rig.cut?.(client);
      await ann.update(2);
      await untilThere(presence, ["ann 2"]);
      assertEquals(leaves, []);
      await presence[Symbol.asyncDispose]();
      await reading;
    }),
  );

  Deno.test(
    `Who dies is there no more after the time that a cut may take on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using presence = rig.bus.presence("room");
      await other.track("room", "ann", 1);
      await rig.bus.track("room", "bob", 1);
      await untilThere(presence, ["ann 1", "bob 1"]);
      await rig.kill?.(other);
      await rig.pass(0);
      await untilThere(presence, ["bob 1"]);
    }),
  );
}

for (const engine of ENGINES) {
  if (engine.features.has("presence")) continue;
  Deno.test(
    `To ask for presence is refused by name on ${engine.name}`,
    onlyIf(engine),
    withBus(engine, async ({ bus }) => {
      await assertRejects(
        () => bus.track("room", "ann", 1),
        UnsupportedFeatureError,
      );
      assertThrows(() => bus.presence("room"), UnsupportedFeatureError);
    }),
  );
}
