import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem, TroupeError } from "../../src/actor/mod.ts";
import { Bus, UnsupportedFeatureError } from "../../src/bus/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";

Deno.test("a bus that is closed has what has arrived handled first, asynchronous handlers included", async () => {
  await using system = new ActorSystem();
  const bus = new Bus(system);
  const handled: unknown[] = [];
  bus.subscribe("a", {
    handler: async ({ value }) => {
      await system.idle();
      handled.push(value);
    },
  });
  for (let index = 0; index < 3; index++) bus.publish("a", index);
  await bus.close();
  assertEquals(handled, [0, 1, 2]);
  await bus.closed;
  assertEquals(bus.stats().subscriptions, 0);
});

Deno.test("a close waits for those who do not read until its deadline, and lets go of what they have not read", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const bus = new Bus(system, { drainMs: 100 });
  const subscription = bus.subscribe("a");
  bus.publish("a", 1);
  bus.publish("a", 2);
  let isClosed = false;
  const closing = bus.close().then(() => isClosed = true);
  assertEquals((await subscription.receive())?.value, 1);
  await system.idle();
  assertEquals(isClosed, false);
  clock.advance(100);
  await closing;
  await subscription.closed;
  assertEquals(await subscription.receive(), undefined);
});

Deno.test("a bus ends with its system, and subscriptions with it", async () => {
  const system = new ActorSystem();
  const bus = new Bus(system);
  const subscription = bus.subscribe("a");
  const read = subscription.receive();
  await system.shutdown();
  await bus.closed;
  assertEquals(await read, undefined);
  await bus.close();
  assertThrows(() => new Bus(system), TroupeError);
});

Deno.test("a bus takes no options that it does not know, and none out of their range", async () => {
  await using system = new ActorSystem();
  assertThrows(
    () => new Bus(system, { drainMS: 1 } as never),
    TypeError,
    "drainMs",
  );
  assertThrows(() => new Bus(system, { maxRetained: -1 }), RangeError);
  assertThrows(() => new Bus({} as never), TypeError, "an ActorSystem");
});

Deno.test("a bus without a directory refuses a stream that outlives the process", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  for (const durability of ["written", "synced"] as const) {
    await assertRejects(
      () => bus.stream("s", { subjects: ["a"], durability }),
      UnsupportedFeatureError,
      "directory",
    );
  }
  assertEquals(await bus.streams(), []);
  assertThrows(() => new Bus(system, { directory: "" }), RangeError);
});
