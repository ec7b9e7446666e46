// How subscriptions and a bus end.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BusClosedError } from "../../../src/bus/mod.ts";
import { ENGINES, onlyIf, withBus } from "./engines.ts";
import { FEATURES } from "./engine.ts";
import { arrived, next, take, until } from "./waiting.ts";

for (const engine of ENGINES) {
  const { ignore } = onlyIf(engine);

  Deno.test(
    `A bus says which features it has on ${engine.name}`,
    { ignore },
    withBus(engine, ({ bus }) => {
      assertEquals(
        FEATURES.filter((feature) => bus.features.has(feature)),
        FEATURES.filter((feature) => engine.features.has(feature)),
      );
      return Promise.resolve();
    }),
  );

  Deno.test(
    `Messages are handled one after the other, and what a handler throws is reported, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const events: string[] = [];
      const reported: unknown[] = [];
      await using subscription = rig.bus.subscribe("handled", {
        async handler({ value }) {
          events.push(`begin ${String(value)}`);
          await rig.bus.flush();
          if (value === 1) throw new Error("one");
          events.push(`end ${String(value)}`);
        },
        onError: (error) => void reported.push(error),
      });
      await subscription.ready;
      for (let index = 0; index < 3; index++) {
        void other.publish("handled", index);
      }
      await until(() => events.length === 5, "all were handled");
      assertEquals(events, ["begin 0", "end 0", "begin 1", "begin 2", "end 2"]);
      assertEquals(reported.map(String), ["Error: one"]);
    }),
  );

  Deno.test(
    `A handler that throws at once leaves the bus alive on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const reported: unknown[] = [];
      await using subscription = rig.bus.subscribe("handled", {
        handler() {
          throw new Error("at once");
        },
        onError: (error) => void reported.push(error),
      });
      await using next = rig.bus.subscribe("next");
      await Promise.all([subscription.ready, next.ready]);
      for (let index = 0; index < 5; index++) {
        await other.publish("handled", index);
      }
      await other.publish("next", "alive");
      assertEquals(await take(next, 1), ["alive"]);
      await until(() => reported.length === 5, "all were reported");
    }),
  );

  Deno.test(
    `To leave the loop over a subscription ends it on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const subscription = rig.bus.subscribe("loop");
      await subscription.ready;
      const before = rig.bus.stats().subscriptions;
      for (let index = 0; index < 5; index++) {
        await rig.bus.publish("loop", index);
      }
      const seen: unknown[] = [];
      for await (const { value } of subscription) {
        seen.push(value);
        if (value === 2) break;
      }
      await subscription.closed;
      assertEquals(seen, [0, 1, 2]);
      assertEquals(await subscription.receive(), undefined);
      assertEquals(rig.bus.stats().subscriptions, before - 1);
    }),
  );

  Deno.test(
    `A subscription ends with its signal and with its holder on ${engine.name}`,
    { ignore },
    withBus(engine, async ({ bus }) => {
      const aborter = new AbortController();
      const holder = new AbortController();
      const one = bus.subscribe("ends", { signal: aborter.signal });
      const two = bus.subscribe("ends", { holder });
      await Promise.all([one.ready, two.ready]);
      aborter.abort();
      await one.closed;
      assertEquals(await one.receive(), undefined);
      holder.abort();
      await two.closed;
      assertEquals(await two.receive(), undefined);
    }),
  );

  Deno.test(
    `A receive ends with its signal, and takes no message with it, on ${engine.name}`,
    { ignore },
    withBus(engine, async ({ bus }) => {
      await using subscription = bus.subscribe("later");
      await subscription.ready;
      const aborter = new AbortController();
      const waiting = subscription.receive({ signal: aborter.signal });
      const reason = new Error("not now");
      aborter.abort(reason);
      assertEquals(await waiting.catch((error) => error), reason);
      await bus.publish("later", 1);
      assertEquals(await take(subscription, 1), [1]);
    }),
  );

  Deno.test(
    `A drained subscription gets nothing new, and what waits is read, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const subscription = rig.bus.subscribe("drained");
      await subscription.ready;
      for (let index = 0; index < 3; index++) {
        await rig.bus.publish("drained", index);
      }
      await arrived(subscription, 3);
      let isDrained = false;
      const draining = subscription.drain().then(() => isDrained = true);
      await rig.bus.flush();
      await rig.bus.publish("drained", 3);
      assertEquals(isDrained, false);
      assertEquals(await take(subscription, 3), [0, 1, 2]);
      assertEquals(await subscription.receive(), undefined);
      await draining;
      await subscription.closed;
    }),
  );

  Deno.test(
    `A drain resolves when handlers are done with what has arrived on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      let handled = 0;
      const gate = Promise.withResolvers<void>();
      const subscription = rig.bus.subscribe("drained", {
        async handler() {
          await gate.promise;
          handled++;
        },
      });
      await subscription.ready;
      for (let index = 0; index < 20; index++) {
        await rig.bus.publish("drained", index);
      }
      await arrived(subscription, 19);
      const draining = subscription.drain().then(() => handled);
      gate.resolve();
      assertEquals(await draining, 20);
    }),
  );

  Deno.test(
    `What is unsubscribed lets go of what waits, on ${engine.name}`,
    { ignore },
    withBus(engine, async ({ bus }) => {
      const subscription = bus.subscribe("let.go");
      await subscription.ready;
      await bus.publish("let.go", 1);
      await arrived(subscription, 1);
      await subscription.unsubscribe();
      assertEquals(await subscription.receive(), undefined);
      await subscription.closed;
      await subscription.unsubscribe();
    }),
  );

  Deno.test(
    `A bus that closes has what has arrived handled, and ends its subscriptions, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      let handled = 0;
      const subscription = other.subscribe("closing", {
        async handler() {
          await Promise.resolve();
          handled++;
        },
      });
      await subscription.ready;
      for (let index = 0; index < 50; index++) {
        void rig.bus.publish("closing", index);
      }
      await rig.bus.flush();
      await until(() => handled > 0, "one was handled");
      const seen = subscription.stats();
      await other.close();
      await other.closed;
      await subscription.closed;
      const { delivered, pending } = subscription.stats();
      assertEquals([handled, pending], [delivered, 0]);
      assertEquals(delivered >= seen.delivered + seen.pending, true);
    }),
  );

  Deno.test(
    `What was published before a bus closes arrives on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using subscription = rig.bus.subscribe("last.words");
      await subscription.ready;
      for (let index = 0; index < 100; index++) {
        void other.publish("last.words", index);
      }
      if (other !== rig.bus) await other.close();
      assertEquals(await take(subscription, 100), [...Array(100).keys()]);
    }),
  );

  Deno.test(
    `A bus that is closed refuses everything by name on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const { bus } = rig;
      await bus.close();
      await bus.close();
      await bus.closed;
      await assertRejects(() => bus.publish("a", 1), BusClosedError);
      await assertRejects(() => bus.request("a", 1), BusClosedError);
      assertThrows(() => bus.subscribe("a"), BusClosedError);
      const many = bus.requestMany("a", 1);
      await assertRejects(() => many.next(), BusClosedError);
    }),
  );

  if (!engine.isConnected) continue;

  Deno.test(
    `A subscription goes on after a cut on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using subscription = rig.bus.subscribe("cut.*");
      await using responder = other.subscribe("cut.ask", {
        queue: "q",
        handler: (message) => message.respond("here"),
      });
      await Promise.all([subscription.ready, responder.ready]);
      for (const client of [rig.bus, other]) {
        await rig.cut?.(client);
        await client.flush();
        await other.publish("cut.off", 1);
        assertEquals((await next(subscription)).value, 1);
        assertEquals(await rig.bus.request("cut.ask", 2), "here");
        assertEquals((await next(subscription)).value, 2);
      }
    }),
  );
}
