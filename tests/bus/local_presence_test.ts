import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ActorSystem, type Behavior } from "../../src/actor/mod.ts";
import {
  Bus,
  BusClosedError,
  BusLimitError,
  type Presence,
  type PresenceMember,
} from "../../src/bus/mod.ts";
import { isSlow } from "../support/slow.ts";

const names = (members: readonly PresenceMember[]): string[] =>
  members.map(({ key, meta }) => `${key}=${meta}`);

async function change(
  changes: AsyncIterator<Awaited<ReturnType<typeof first>>>,
): Promise<string[][]> {
  const { value } = await changes.next();
  return [names(value.joins), names(value.leaves), names(value.updates)];
}

async function first(presence: Presence) {
  for await (const change of presence) return change;
  throw new Error("it has ended");
}

Deno.test("whoever looks sees who is there first, and then who comes, changes and goes", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const ann = await bus.track("room", "ann", "phone");
  await using presence = bus.presence("room");
  await presence.ready;
  const changes = presence[Symbol.asyncIterator]();
  assertEquals(await change(changes), [["ann=phone"], [], []]);
  const waiting = change(changes);
  await using _again = await bus.track("room", "ann", "desk");
  assertEquals(await waiting, [["ann=desk"], [], []]);
  await ann.update("train");
  assertEquals(await change(changes), [[], [], ["ann=train"]]);
  await ann[Symbol.asyncDispose]();
  assertEquals(await change(changes), [[], ["ann=train"], []]);
  assertEquals(names(presence.members()), ["ann=desk"]);
  await bus.track("other room", "bob", 1);
  assertEquals(names(presence.members()), ["ann=desk"]);
});

Deno.test("changes that nobody reads are merged: each entry is in one at most, and who came and went is in none", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  await using presence = bus.presence("room");
  const changes = presence[Symbol.asyncIterator]();
  assertEquals(await change(changes), [[], [], []]);
  const ann = await bus.track("room", "ann", 1);
  for (let round = 0; round < 1000; round++) {
    const passing = await bus.track("room", "passing", round);
    await ann.update(round);
    await passing[Symbol.asyncDispose]();
  }
  assertEquals(await change(changes), [["ann=999"], [], []]);
});

Deno.test("who reads the changes, whenever it does, ends with those who are there", async () => {
  const step = fc.record({
    entry: fc.integer({ min: 0, max: 5 }),
    what: fc.constantFrom("join", "leave", "update", "read"),
    meta: fc.integer({ min: 0, max: 99 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await using system = new ActorSystem();
      await using bus = new Bus(system);
      await using presence = bus.presence("room");
      const changes = presence[Symbol.asyncIterator]();
      const seen = new Map<string, PresenceMember>();
      const read = async (): Promise<void> => {
        const { value } = await changes.next();
        if (value === undefined) throw new Error("it has ended");
        const { joins, leaves, updates } = value;
        for (const { id } of leaves) assertEquals(seen.delete(id), true);
        for (const member of joins) {
          assertEquals(seen.has(member.id), false);
          seen.set(member.id, member);
        }
        for (const member of updates) {
          assertEquals(seen.has(member.id), true);
          seen.set(member.id, member);
        }
      };
      await read();
      const entries = new Map<
        number,
        Awaited<ReturnType<typeof bus.track>>
      >();
      let isNews = false;
      for (const { entry, what, meta } of steps) {
        const there = entries.get(entry);
        if (what === "read" && isNews) {
          // A mark that is always news, so that a read never waits.
          const mark = await bus.track("room", "mark", meta);
          await read();
          await mark[Symbol.asyncDispose]();
        } else if (what === "join" && there === undefined) {
          entries.set(entry, await bus.track("room", `${entry}`, meta));
          isNews = true;
        } else if (what === "update") await there?.update(meta);
        else if (what === "leave" && there !== undefined) {
          await there[Symbol.asyncDispose]();
          entries.delete(entry);
        }
      }
      await bus.track("room", "end", 0);
      await read();
      const sorted = (members: Iterable<PresenceMember>) =>
        [...members].sort((a, b) => a.id < b.id ? -1 : 1);
      assertEquals(sorted(seen.values()), sorted(presence.members()));
    }),
    { numRuns: isSlow ? 2000 : 50 },
  );
});

Deno.test("an entry ends with its holder, such as an actor, and with its signal", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const member: Behavior<"stop"> = async (context) => {
    await bus.track("room", "actor", 1, { holder: context });
    return { receive: () => context.stop() };
  };
  const ref = system.spawn(member);
  const controller = new AbortController();
  const { signal } = controller;
  const entry = await bus.track("room", "signal", 2, { signal });
  await system.idle();
  await using presence = bus.presence("room");
  assertEquals(presence.members().length, 2);
  ref.tell("stop");
  await ref.stopped;
  controller.abort();
  assertEquals(presence.members(), []);
  await assertRejects(() => entry.update(3), Error, "it has ended");
  await assertRejects(
    () => bus.track("room", "late", 1, { signal }),
    DOMException,
  );
});

Deno.test("entries are bounded, topics and keys are checked, and the end of the bus ends who looks", async () => {
  await using system = new ActorSystem();
  const bus = new Bus(system, { maxTracked: 1 });
  await bus.track("room", "ann", 1);
  await assertRejects(() => bus.track("room", "bob", 1), BusLimitError);
  await assertRejects(() => bus.track("", "bob", 1), TypeError);
  await assertRejects(() => bus.track("room", "b".repeat(256), 1), RangeError);
  const presence = bus.presence("room");
  const changes = presence[Symbol.asyncIterator]();
  await changes.next();
  const outcome = assertRejects(() => changes.next(), BusClosedError);
  await bus.close();
  await outcome;
});
