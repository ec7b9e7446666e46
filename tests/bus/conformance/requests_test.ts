// Requests and replies.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { BusTimeoutError, NoRespondersError } from "../../../src/bus/mod.ts";
import { ENGINES, onlyIf, withBus } from "./engines.ts";
import { next } from "./waiting.ts";

for (const engine of ENGINES) {
  const { ignore } = onlyIf(engine);

  Deno.test(
    `A request gets the first reply on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using quick = rig.bus.subscribe("ask.*", {
        async handler(message) {
          assert(message.isRequest);
          await message.respond([message.subject, message.value]);
        },
      });
      await using silent = rig.bus.subscribe("ask.>", { handler: () => {} });
      await Promise.all([quick.ready, silent.ready]);
      const replies = await Promise.all(
        [...Array(100).keys()].map((index) =>
          other.request(`ask.${index}`, index)
        ),
      );
      assertEquals(replies, [...Array(100).keys()].map((i) => [`ask.${i}`, i]));
    }),
  );

  Deno.test(
    `A request to nobody fails at once, and not at its time-out, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await assertRejects(
        () => other.request("nobody.here", 1, { timeoutMs: 600_000 }),
        NoRespondersError,
      );
      const many = other.requestMany("nobody.here", 1, { timeoutMs: 600_000 });
      await assertRejects(() => many.next(), NoRespondersError);
      const gone = rig.bus.subscribe("nobody.here");
      await gone.ready;
      await gone.unsubscribe();
      await rig.bus.flush();
      await assertRejects(
        () => other.request("nobody.here", 1, { timeoutMs: 600_000 }),
        NoRespondersError,
      );
    }),
  );

  Deno.test(
    `A request that nobody replies to fails at its time-out on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using silent = rig.bus.subscribe("silent");
      await silent.ready;
      const asked = assertRejects(
        () => other.request("silent", 1, { timeoutMs: 50 }),
        BusTimeoutError,
      );
      await next(silent);
      await rig.pass(50);
      await asked;
    }),
  );

  Deno.test(
    `A request ends with its signal, and a late reply is let go, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using slow = rig.bus.subscribe("slow");
      await slow.ready;
      const aborter = new AbortController();
      const asked = other.request("slow", 1, { signal: aborter.signal });
      const message = await next(slow);
      const reason = new Error("changed its mind");
      aborter.abort(reason);
      assertEquals(await asked.catch((error) => error), reason);
      await message.respond("late");
      await rig.bus.flush();
      // It goes on after that.
      const again = other.request("slow", 2);
      await (await next(slow)).respond("in time");
      assertEquals(await again, "in time");
    }),
  );

  Deno.test(
    `A request for many yields all replies up to as many as wanted on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const responders = [rig.bus, other, rig.bus].map((bus, index) =>
        bus.subscribe("many", { handler: (message) => message.respond(index) })
      );
      await Promise.all(responders.map(({ ready }) => ready));
      const replies = await Array.fromAsync(
        other.requestMany("many", 1, { timeoutMs: 600_000, maxReplies: 3 }),
      );
      assertEquals(replies.toSorted(), [0, 1, 2]);
      const first = await Array.fromAsync(
        other.requestMany("many", 1, { timeoutMs: 600_000, maxReplies: 1 }),
      );
      assertEquals(first.length, 1);
    }),
  );

  Deno.test(
    `A request for many ends in order at its time-out on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      await using responder = rig.bus.subscribe("many", {
        async handler(message) {
          await message.respond("one");
          await message.respond("two");
        },
      });
      await responder.ready;
      const other = await rig.connect();
      const replies = other.requestMany("many", 1, { timeoutMs: 200 });
      assertEquals((await replies.next()).value, "one");
      assertEquals((await replies.next()).value, "two");
      const last = replies.next();
      await rig.pass(200);
      assertEquals(await last, { done: true, value: undefined });
    }),
  );

  Deno.test(
    `A request to a queue group is handled by one member on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      let handled = 0;
      const members = [rig.bus, other].map((bus) =>
        bus.subscribe("once", {
          queue: "q",
          handler(message) {
            handled++;
            return message.respond(handled);
          },
        })
      );
      await Promise.all(members.map(({ ready }) => ready));
      for (let index = 1; index <= 20; index++) {
        assertEquals(await other.request("once", 1), index);
      }
      assertEquals(handled, 20);
    }),
  );

  Deno.test(
    `A message that is no request takes a reply, and lets it go, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      await using subscription = rig.bus.subscribe("plain");
      await subscription.ready;
      await rig.bus.publish("plain", 1);
      const message = await next(subscription);
      assertEquals(message.isRequest, false);
      await message.respond("for nobody");
    }),
  );
}
