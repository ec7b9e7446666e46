// A bridge between the bus of a process and one on NATS.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus, BusClosedError, type MessageBus } from "../../src/bus/mod.ts";
import { bridge, natsBus } from "../../src/bus/nats/mod.ts";
import { next, take, until } from "./conformance/waiting.ts";
import { NatsServer, natsServerMissing } from "./support/nats_server.ts";

const ignore = natsServerMissing !== undefined;

/** Two machines, each with a bus of its own and a connection to one server. */
interface Machines {
  readonly server: NatsServer;
  readonly here: Bus;
  readonly there: Bus;
  readonly nats: MessageBus;
  readonly other: MessageBus;
}

async function onTwoMachines(
  test: (machines: Machines) => Promise<void>,
): Promise<void> {
  await using server = await NatsServer.start();
  await using system = new ActorSystem();
  await using here = new Bus(system, { drainMs: 100 });
  await using there = new Bus(system, { drainMs: 100 });
  const servers = server.address;
  await using nats = await natsBus({ servers, drainMs: 100 });
  await using other = await natsBus({ servers, drainMs: 100 });
  await test({ server, here, there, nats, other });
}

Deno.test(
  "A bridge carries messages both ways, each once and in order, and none round, between two buses over NATS",
  { ignore },
  () =>
    onTwoMachines(async ({ here, there, nats, other }) => {
      await using one = bridge(here, nats, ["shared.>"]);
      await using two = bridge(there, other, ["shared.>"]);
      await Promise.all([one.ready, two.ready]);
      const count = 1000;
      const subscriptions = [here, there, nats].map((bus) =>
        bus.subscribe("shared.*")
      );
      await Promise.all(subscriptions.map(({ ready }) => ready));
      for (let index = 0; index < count; index++) {
        void here.publish("shared.a", ["here", index]);
        void there.publish("shared.b", ["there", index]);
        void nats.publish("shared.c", ["nats", index]);
        void here.publish("own.a", index);
      }
      const expected = [...Array(count).keys()];
      for (const subscription of subscriptions) {
        const values = await take(subscription, 3 * count) as [
          string,
          number,
        ][];
        for (const source of ["here", "there", "nats"]) {
          assertEquals(
            values.filter(([from]) => from === source).map(([, at]) => at),
            expected,
          );
        }
      }
      await Promise.all([nats.flush(), other.flush(), nats.flush()]);
      for (const subscription of subscriptions) {
        assertEquals(subscription.stats().pending, 0);
      }
      assertEquals(one.stats(), {
        toNats: { forwarded: count, dropped: 0 },
        toBus: { forwarded: 2 * count, dropped: 0 },
      });
      assertEquals(two.stats().toNats.forwarded, count);
    }),
);

Deno.test(
  "Two bridges of one bus send nothing round over NATS",
  { ignore },
  () =>
    onTwoMachines(async ({ here, nats, other }) => {
      await using one = bridge(here, nats, ["shared.>"]);
      await using two = bridge(here, other, ["shared.>"]);
      await Promise.all([one.ready, two.ready]);
      await here.publish("shared.a", 1);
      await until(
        () => one.stats().toNats.forwarded + two.stats().toNats.forwarded === 2,
        "both have forwarded it",
      );
      await Promise.all([nats.flush(), other.flush()]);
      await Promise.all([nats.flush(), other.flush()]);
      for (const { stats } of [one, two].map((it) => ({ stats: it.stats() }))) {
        assertEquals(stats.toNats.forwarded, 1);
        assertEquals(stats.toBus.forwarded, 0);
      }
    }),
);

Deno.test(
  "A request is carried over a bridge to NATS, and its reply back, once",
  { ignore },
  () =>
    onTwoMachines(async ({ here, there, nats, other }) => {
      await using one = bridge(here, nats, ["ask.*"]);
      await using two = bridge(there, other, ["ask.*"]);
      let handled = 0;
      await using responder = there.subscribe("ask.there", {
        handler(message) {
          handled++;
          return message.respond(["there", message.value]);
        },
      });
      await using onNats = nats.subscribe("ask.nats", {
        handler: (message) => message.respond(["nats", message.value]),
      });
      await Promise.all(
        [one, two, responder, onNats].map(({ ready }) => ready),
      );
      assertEquals(await here.request("ask.there", 1), ["there", 1]);
      assertEquals(await nats.request("ask.there", 2), ["there", 2]);
      assertEquals(await there.request("ask.nats", 3), ["nats", 3]);
      assertEquals(await here.request("ask.nats", 4), ["nats", 4]);
      assertEquals(handled, 2);
    }),
);

Deno.test(
  "What a bridge cannot send to NATS is dropped and counted, and what it can is sent in order",
  { ignore },
  () =>
    onTwoMachines(async ({ server, here, there, other }) => {
      await using nats = await natsBus({
        servers: server.address,
        maxOutboxBytes: 20_000,
        drainMs: 100,
      });
      await using one = bridge(here, nats, ["shared.>"]);
      await using two = bridge(there, other, ["shared.>"]);
      await Promise.all([one.ready, two.ready]);
      await using far = there.subscribe("shared.*");
      await far.ready;
      // There is room for some at a time; no message is larger than the room.
      const value = "x".repeat(5000);
      for (let index = 0; index < 20; index++) {
        await here.publish("shared.a", [index, value]);
      }
      await until(() => {
        const { forwarded, dropped } = one.stats().toNats;
        return forwarded + dropped >= 20;
      }, "all were forwarded or dropped");
      await nats.flush();
      const { forwarded, dropped } = one.stats().toNats;
      assertEquals(forwarded + dropped, 20);
      assert(dropped > 0 && forwarded > 0, `${forwarded}, ${dropped}`);
      const values = await take(far, forwarded) as [number, string][];
      const indexes = values.map(([index]) => index);
      assertEquals(indexes, indexes.toSorted((a, b) => a - b));
    }),
);

Deno.test(
  "A bridge to NATS ends in order, and both of its buses go on",
  { ignore },
  () =>
    onTwoMachines(async ({ here, nats }) => {
      const aborter = new AbortController();
      const carried = bridge(here, nats, ["shared.>"], {
        signal: aborter.signal,
      });
      await carried.ready;
      await using far = nats.subscribe("shared.*");
      await far.ready;
      for (let index = 0; index < 100; index++) {
        void here.publish("shared.a", index);
      }
      await carried.close();
      await carried.closed;
      assertEquals(await take(far, 100), [...Array(100).keys()]);
      await here.publish("shared.a", "not carried");
      await nats.publish("shared.b", "goes on");
      assertEquals((await next(far)).value, "goes on");
      const again = bridge(here, nats, ["shared.>"], {
        signal: aborter.signal,
      });
      await again.ready;
      aborter.abort();
      await again.closed;
    }),
);

Deno.test(
  "A bridge to NATS ends with an error when one of its buses is closed",
  { ignore },
  () =>
    onTwoMachines(async ({ here, nats }) => {
      const carried = bridge(here, nats, ["shared.>"]);
      await carried.ready;
      await nats.close();
      await assertRejects(() => carried.closed, BusClosedError);
      await here.publish("shared.a", 1);
      assertThrows(() => bridge(here, nats, ["a"]), BusClosedError);
    }),
);

Deno.test(
  "What is no bus, no pattern or no option of a bridge to NATS is refused by name",
  { ignore },
  () =>
    onTwoMachines(({ here, nats }) => {
      assertThrows(() => bridge(nats, nats, ["a"]), TypeError, "bus");
      assertThrows(() => bridge(here, here, ["a"]), TypeError, "nats");
      assertThrows(() => bridge(here, nats, []), TypeError, "subjects");
      assertThrows(() => bridge(here, nats, ["a..b"]), TypeError, "subjects");
      assertThrows(
        () => bridge(here, nats, ["a.>", "a.b"]),
        TypeError,
        "twice",
      );
      const misspelt: object = { maxMesages: 5 };
      assertThrows(() => bridge(here, nats, ["a"], misspelt), TypeError);
      assertThrows(
        () => bridge(here, nats, ["a"], { maxMessages: 0 }),
        RangeError,
      );
      return Promise.resolve();
    }),
);
