import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import { isSlow } from "../support/slow.ts";
import { Bus } from "../../src/bus/mod.ts";

Deno.test("of each queue group one member gets a message, whatever the patterns, and all who are in none get it too", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const got: Record<string, number> = { one: 0, other: 0, alone: 0 };
  const count = (name: string) => ({ handler: () => void got[name]!++ });
  bus.subscribe("jobs.a", { queue: "one", ...count("one") });
  bus.subscribe("jobs.*", { queue: "one", ...count("one") });
  bus.subscribe("jobs.>", { queue: "other", ...count("other") });
  bus.subscribe("jobs.a", count("alone"));
  for (let index = 0; index < 10; index++) bus.publish("jobs.a", index);
  await system.idle();
  assertEquals(got, { one: 10, other: 10, alone: 10 });
});

Deno.test("equal members of a queue group take turns", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const counts = [0, 0, 0, 0];
  counts.forEach((_, index) =>
    bus.subscribe("jobs", {
      queue: "workers",
      handler: () => void counts[index]!++,
    })
  );
  for (let index = 0; index < 400; index++) bus.publish("jobs", index);
  await system.idle();
  assertEquals(counts, [100, 100, 100, 100]);
});

Deno.test("a message goes to the member with the most room: one that is busy gets the next when the others are as full", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const release = Promise.withResolvers<void>();
  const stuck: unknown[] = [];
  const free: unknown[] = [];
  bus.subscribe("jobs", {
    queue: "workers",
    handler: async ({ value }) => {
      stuck.push(value);
      await release.promise;
    },
  });
  bus.subscribe("jobs", {
    queue: "workers",
    handler: ({ value }) => void free.push(value),
  });
  for (let index = 0; index < 10; index++) {
    bus.publish("jobs", index);
    await system.idle();
  }
  assertEquals(stuck.length, 1);
  assertEquals(free.length, 9);
  release.resolve();
});

Deno.test("with members that wait, a queue group makes publishers wait when all are full, and no message is lost or doubled", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const options = { queue: "w", maxMessages: 2, overflow: "wait" } as const;
  const members = [bus.subscribe("j", options), bus.subscribe("j", options)];
  let taken = 0;
  for (let index = 0; index < 8; index++) {
    bus.publish("j", index).then(() => taken++);
  }
  await system.idle();
  assertEquals(taken, 4);
  const values: unknown[] = [];
  for (const member of members) {
    while (member.stats().pending > 0) {
      values.push((await member.receive())?.value);
    }
  }
  assertEquals(values.sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
  await bus.flush();
  assertEquals(taken, 8);
});

Deno.test("a member that leaves its queue group gets nothing more, and the last one that leaves ends the group", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const first = bus.subscribe("j", { queue: "w" });
  const second = bus.subscribe("j", { queue: "w" });
  await first.unsubscribe();
  for (let index = 0; index < 3; index++) bus.publish("j", index);
  assertEquals(second.stats().pending, 3);
  await second.unsubscribe();
  await bus.publish("j", 4);
  assert(bus.stats().subscriptions === 0);
});

Deno.test("a queue group may have more members than a call has arguments", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  let handled = 0;
  const members = isSlow ? 200_000 : 2000;
  for (let member = 0; member < members; member++) {
    bus.subscribe("j", { queue: "w", handler: () => void handled++ });
  }
  for (let index = 0; index < 10; index++) bus.publish("j", index);
  await system.idle();
  assertEquals(handled, 10);
});
