import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  Mailbox,
  type OverflowPolicy,
  resolveMailboxOptions,
} from "../../src/actor/mailbox.ts";

const sizeOf = (size: number): number => size;
const overflow = fc.constantFrom<OverflowPolicy>(
  "refuse",
  "drop_oldest",
  "drop_newest",
);

/** What waits in a mailbox, taken out of it: messages with their origins. */
function contents(mailbox: Mailbox<number, string>): [number, string][] {
  const found: [number, string][] = [];
  while (mailbox.length > 0) {
    const message = mailbox.shift() as number;
    found.push([message, mailbox.origin as string]);
  }
  return found;
}

Deno.test("Mailbox accepts and returns messages as a bounded list would", () => {
  const operation = fc.oneof(
    { weight: 3, arbitrary: fc.nat(12) },
    { weight: 1, arbitrary: fc.record({ unshift: fc.nat(12) }) },
    { weight: 1, arbitrary: fc.constant("shift" as const) },
  );
  fc.assert(fc.property(
    fc.array(operation),
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 30 }),
    overflow,
    (operations, maxMessages, maxBytes, overflow) => {
      const mailbox = new Mailbox<number, string>(
        resolveMailboxOptions({ maxMessages, maxBytes, sizeOf, overflow }),
      );
      const model: [number, string][] = [];
      const bytes = (): number => model.reduce((sum, [size]) => sum + size, 0);
      operations.forEach((operation, index) => {
        if (typeof operation === "object") {
          // Put back: before all others, whatever the bounds.
          model.unshift([operation.unshift, `back ${index}`]);
          mailbox.unshift(operation.unshift, `back ${index}`);
        } else if (operation === "shift") {
          const expected = model.shift();
          assertEquals(mailbox.shift(), expected?.[0]);
          assertEquals(mailbox.origin, expected?.[1]);
        } else {
          const fits = model.length === 0 ||
            (model.length < maxMessages && bytes() + operation <= maxBytes);
          const origin = `from ${index}`;
          if (fits) model.push([operation, origin]);
          const expected = fits ? "accepted" : overflow;
          assertEquals(mailbox.push(operation, origin), expected);
        }
        assertEquals(mailbox.length, model.length);
        assertEquals(mailbox.bytes, bytes());
      });
      assertEquals(contents(mailbox), model);
    },
  ));
});

Deno.test("Mailbox holds ten thousand messages by default, and no more", () => {
  const mailbox = new Mailbox<number, string>(resolveMailboxOptions(undefined));
  for (let i = 0; i < 10_000; i++) {
    assert(mailbox.push(i, "test") === "accepted");
  }
  assertEquals(mailbox.push(10_000, "test"), "refuse");
});

Deno.test("Mailbox accepts a message larger than its bound when it is empty", () => {
  const mailbox = new Mailbox<number, string>(
    resolveMailboxOptions({ maxBytes: 10, sizeOf }),
  );
  assertEquals(mailbox.push(11, "test"), "accepted");
  assertEquals(mailbox.push(0, "test"), "refuse");
});

Deno.test("Mailbox accepts nothing while the messages put back are over its bound", () => {
  const mailbox = new Mailbox<number, string>(
    resolveMailboxOptions({ maxMessages: 2, maxBytes: 10, sizeOf }),
  );
  for (let i = 0; i < 3; i++) mailbox.unshift(4, "back");
  assertEquals([mailbox.length, mailbox.bytes], [3, 12]);
  assertEquals(mailbox.push(0, "test"), "refuse");
  mailbox.shift();
  assertEquals(mailbox.push(0, "test"), "refuse");
  mailbox.shift();
  assertEquals(mailbox.push(6, "test"), "accepted");
});

Deno.test("Mailbox refuses to add up sizes that are not numbers", () => {
  for (const size of [NaN, -1]) {
    const mailbox = new Mailbox<number, string>(
      resolveMailboxOptions({ maxBytes: 10, sizeOf }),
    );
    assertThrows(
      () => mailbox.push(size, "test"),
      RangeError,
      "sizeOf returned",
    );
    assertThrows(() => mailbox.unshift(size, "test"), RangeError);
    assertEquals([mailbox.length, mailbox.bytes], [0, 0]);
  }
});

Deno.test("Mailbox measures no message unless it is bounded in bytes", () => {
  const mailbox = new Mailbox<number, string>(resolveMailboxOptions({
    maxMessages: 2,
    sizeOf() {
      throw new Error("measured");
    },
  }));
  assertEquals(mailbox.push(1, "test"), "accepted");
  mailbox.unshift(2, "test");
  assertEquals(mailbox.bytes, 0);
});

Deno.test("resolveMailboxOptions() refuses a mailbox that can hold no message", () => {
  for (const maxMessages of [0, -1, NaN]) {
    assertThrows(() => resolveMailboxOptions({ maxMessages }), RangeError);
  }
});

Deno.test("resolveMailboxOptions() refuses a bound of no bytes", () => {
  for (const maxBytes of [0, -1, NaN]) {
    assertThrows(
      () => resolveMailboxOptions<number>({ maxBytes, sizeOf }),
      RangeError,
    );
  }
});

Deno.test("resolveMailboxOptions() refuses a bound in bytes without sizeOf", () => {
  assertThrows(
    () => resolveMailboxOptions({ maxBytes: 10 }),
    TypeError,
    "sizeOf",
  );
});

Deno.test("resolveMailboxOptions() refuses a negative stash", () => {
  for (const maxStashed of [-1, NaN]) {
    assertThrows(
      () => resolveMailboxOptions({ maxStashed }),
      RangeError,
      "maxStashed",
    );
  }
});

Deno.test("resolveMailboxOptions() names the policy that was meant", () => {
  assertThrows(
    // As a program without types does.
    () =>
      Reflect.apply(resolveMailboxOptions, undefined, [{
        overflow: "drop-oldest",
      }]),
    TypeError,
    'Cannot use overflow: it is "drop-oldest", did you mean "drop_oldest"?',
  );
});
