import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus, BusLimitError } from "../../src/bus/mod.ts";
import { RetainedValues } from "../../src/bus/local/retained_values.ts";
import { Payload } from "../../src/bus/payload.ts";
import { matches } from "../../src/bus/subject_rules.ts";
import { CodecError, raw } from "../../src/codec/mod.ts";
import { isSlow } from "../support/slow.ts";

Deno.test("a new subscription has the last values of its subjects first, marked so, and a member of a queue group has none", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  bus.publish("t.a", 1, { retain: true });
  bus.publish("t.a", 2, { retain: true });
  bus.publish("t.b", 3, { retain: true });
  bus.publish("t.c", 4);
  const subscription = bus.subscribe("t.*");
  bus.publish("t.a", 5);
  const read = [];
  while (subscription.stats().pending > 0) {
    const message = await subscription.receive();
    read.push([message?.subject, message?.value, message?.isRetained]);
  }
  assertEquals(read, [["t.a", 2, true], ["t.b", 3, true], ["t.a", 5, false]]);
  const none = [
    bus.subscribe("t.*", { queue: "q" }),
    bus.subscribe("t.*", { retained: false }),
  ];
  assertEquals(none.map((one) => one.stats().pending), [0, 0]);
});

Deno.test("a value that is cleared is retained no more", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  bus.publish("a", 1, { retain: true });
  await bus.clear("a");
  await bus.clear("b");
  assertEquals(bus.subscribe("a").stats().pending, 0);
});

Deno.test("retained values are bounded in number and in bytes; one too many is refused, and what was there stays", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system, { maxRetained: 2, maxRetainedBytes: 40 });
  const retain = { retain: true };
  await bus.publish("a", 1, retain);
  await bus.publish("b", 2, retain);
  await assertRejects(() => bus.publish("c", 3, retain), BusLimitError);
  await assertRejects(
    () => bus.publish("a", "x".repeat(50), retain),
    BusLimitError,
  );
  await bus.publish("b", 4, retain);
  const subscription = bus.subscribe(">");
  assertEquals((await subscription.receive())?.value, 1);
  assertEquals((await subscription.receive())?.value, 4);
});

Deno.test("a value that cannot be encoded cannot be retained", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  let deep: [unknown?] = [];
  for (let depth = 0; depth < 100; depth++) deep = [deep];
  await assertRejects(
    () => bus.publish("a", deep as never, { retain: true }),
    CodecError,
  );
});

Deno.test("the values of a pattern are found as a slow and obvious model finds them, and are counted", () => {
  const token = fc.constantFrom("a", "b", "c");
  const subjects = fc.array(token, { minLength: 1, maxLength: 3 }).map((all) =>
    all.join(".")
  );
  const patterns = fc.tuple(
    fc.array(fc.oneof(token, fc.constant("*")), { maxLength: 2 }),
    fc.oneof(token, fc.constant("*"), fc.constant(">")),
  ).map(([first, last]) => [...first, last].join("."));
  const step = fc.record({
    subject: subjects,
    length: fc.option(fc.integer({ min: 0, max: 9 })),
    pattern: patterns,
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const limits = { maxRetained: 1000, maxRetainedBytes: 1e6 };
      const values = new RetainedValues(limits);
      const model = new Map<string, number>();
      for (const { subject, length, pattern } of steps) {
        if (length === null) {
          values.delete(subject);
          model.delete(subject);
        } else {
          values.set(subject, Payload.of(new Uint8Array(length), raw));
          model.set(subject, length + subject.length);
        }
        const found = values.matching(pattern).map(({ subject }) => subject);
        const expected = [...model.keys()].filter((subject) =>
          matches(pattern, subject)
        );
        assertEquals(found.toSorted(), expected.toSorted());
        assertEquals(values.size, model.size);
        const bytes = model.values().reduce((sum, one) => sum + one, 0);
        assertEquals(values.bytes, bytes);
      }
    }),
    { numRuns: isSlow ? 10_000 : 300 },
  );
});
