// Interest: whether anybody subscribes.
import { assertEquals, assertThrows } from "@std/assert";
import { UnsupportedFeatureError } from "../../../src/bus/mod.ts";
import { ENGINES, enginesWith, onlyIf, withBus } from "./engines.ts";
import { until } from "./waiting.ts";

for (const engine of enginesWith("interest")) {
  const { ignore } = onlyIf(engine);

  Deno.test(
    `A publisher is notified of the first subscriber and of the end of the last on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using interest = rig.bus.interest("prices.eur");
      await interest.ready;
      const changes = interest[Symbol.asyncIterator]();
      assertEquals((await changes.next()).value, false);
      const exact = other.subscribe("prices.eur");
      await exact.ready;
      assertEquals((await changes.next()).value, true);
      const wide = other.subscribe("prices.*");
      await wide.ready;
      await exact.unsubscribe();
      await other.flush();
      assertEquals(interest.isWanted, true);
      await wide.unsubscribe();
      assertEquals((await changes.next()).value, false);
      const apart = other.subscribe("prices.usd");
      await apart.ready;
      await other.flush();
      assertEquals(interest.isWanted, false);
      await changes.return?.();
    }),
  );

  Deno.test(
    `Interest that is there already is the first value on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using subscription = other.subscribe(">", { queue: "q" });
      await subscription.ready;
      await using interest = rig.bus.interest("prices.eur");
      await interest.ready;
      assertEquals(interest.isWanted, true);
      for await (const isWanted of interest) {
        assertEquals(isWanted, true);
        break;
      }
    }),
  );

  if (!engine.isConnected) continue;

  Deno.test(
    `Interest ends with a client that dies on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using interest = rig.bus.interest("prices.eur");
      await other.subscribe("prices.eur").ready;
      await until(() => interest.isWanted, "there is interest");
      await rig.kill?.(other);
      await rig.pass(0);
      await until(() => !interest.isWanted, "there is none any more");
    }),
  );
}

for (const engine of ENGINES) {
  if (engine.features.has("interest")) continue;
  Deno.test(
    `To ask for interest is refused by name on ${engine.name}`,
    onlyIf(engine),
    withBus(engine, ({ bus }) => {
      assertThrows(() => bus.interest("prices"), UnsupportedFeatureError);
      return Promise.resolve();
    }),
  );
}
