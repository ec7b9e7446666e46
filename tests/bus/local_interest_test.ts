import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus, BusClosedError } from "../../src/bus/mod.ts";

Deno.test("a publisher is notified when the first subscriber of a subject comes, by whatever pattern, and when the last one goes", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  await using interest = bus.interest("sensors.cellar");
  await interest.ready;
  const values = interest[Symbol.asyncIterator]();
  assertEquals((await values.next()).value, false);
  const waiting = values.next();
  const exact = bus.subscribe("sensors.cellar");
  assertEquals((await waiting).value, true);
  const wide = bus.subscribe("sensors.>", { queue: "q" });
  bus.subscribe("sensors.attic");
  await exact.unsubscribe();
  assertEquals(interest.isWanted, true);
  await wide.unsubscribe();
  assertEquals(interest.isWanted, false);
  assertEquals((await values.next()).value, false);
});

Deno.test("interest that comes and goes while nobody reads is merged", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  await using interest = bus.interest("a");
  const values = interest[Symbol.asyncIterator]();
  assertEquals((await values.next()).value, false);
  for (let round = 0; round < 10; round++) {
    await bus.subscribe("a").unsubscribe();
  }
  const waiting = values.next();
  bus.subscribe("*");
  assertEquals((await waiting).value, true);
});

Deno.test("who asks for interest stops with its signal, its loop, or the bus", async () => {
  await using system = new ActorSystem();
  const bus = new Bus(system);
  const controller = new AbortController();
  const aborted = bus.interest("a", { signal: controller.signal });
  const values = aborted[Symbol.asyncIterator]();
  await values.next();
  controller.abort();
  assertEquals((await values.next()).done, true);
  const looped = bus.interest("a");
  for await (const isWanted of looped) {
    assertEquals(isWanted, false);
    break;
  }
  const left = bus.interest("a")[Symbol.asyncIterator]();
  await left.next();
  const outcome = assertRejects(() => left.next(), BusClosedError);
  await bus.close();
  await outcome;
  assertThrows(() => bus.interest("a"), BusClosedError);
});
