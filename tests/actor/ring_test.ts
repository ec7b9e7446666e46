import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Ring } from "../../src/actor/ring.ts";

Deno.test("Ring returns what was added at either end, in order, as an array would", () => {
  const operation = fc.oneof(
    { weight: 3, arbitrary: fc.integer() },
    { weight: 1, arbitrary: fc.record({ unshift: fc.integer() }) },
    { weight: 1, arbitrary: fc.record({ promote: fc.nat() }) },
    { weight: 2, arbitrary: fc.constant("shift" as const) },
  );
  fc.assert(fc.property(
    fc.array(operation, { size: "large" }),
    (operations) => {
      const ring = new Ring<number>();
      const model: number[] = [];
      for (const operation of operations) {
        if (operation === "shift") assertEquals(ring.shift(), model.shift());
        else if (typeof operation === "number") {
          model.push(operation);
          ring.push(operation);
        } else if ("unshift" in operation) {
          model.unshift(operation.unshift);
          ring.unshift(operation.unshift);
        } else if (model.length > 0) {
          const index = operation.promote % model.length;
          const [first, promoted] = [
            model[0] as number,
            model[index] as number,
          ];
          model.splice(index, 1, first);
          model.splice(0, 1, promoted);
          ring.promote(index);
        }
        assertEquals(ring.length, model.length);
        assertEquals(ring.peek(), model[0]);
      }
    },
  ));
});

Deno.test("Ring still works after a burst that outgrew the slots that it keeps", () => {
  const ring = new Ring<number>();
  for (const round of [0, 1]) {
    for (let i = 0; i < 3000; i++) ring.push(round + i);
    for (let i = 0; i < 3000; i++) assertEquals(ring.shift(), round + i);
  }
  assertEquals(ring.shift(), undefined);
  assertEquals(ring.length, 0);
});

Deno.test("Ring holds an undefined item like any other", () => {
  const ring = new Ring<number | undefined>();
  ring.push(undefined);
  ring.push(1);
  assertEquals(ring.length, 2);
  assertEquals([ring.shift(), ring.shift()], [undefined, 1]);
});

Deno.test("Ring grows from nothing at its front", () => {
  const ring = new Ring<number>();
  for (let i = 0; i < 100; i++) ring.unshift(i);
  for (let i = 99; i >= 0; i--) assertEquals(ring.shift(), i);
});

Deno.test("Ring promotes only what it holds", () => {
  const ring = new Ring<number>();
  assertThrows(() => ring.promote(0), RangeError, "of 0 items");
  ring.push(1);
  ring.push(2);
  for (const index of [-1, 2, NaN]) {
    assertThrows(() => ring.promote(index), RangeError, "Cannot promote");
  }
  assertEquals([ring.shift(), ring.shift()], [1, 2]);
});

Deno.test("Ring removes an item from anywhere and keeps the order of the others", () => {
  for (const item of [0, 1, 2, 3, 9]) {
    const ring = new Ring<number>();
    for (const other of [8, 8, 0, 1, 2, 3]) ring.push(other);
    ring.shift();
    ring.shift();
    ring.remove(item);
    const left = [0, 1, 2, 3].filter((other) => other !== item);
    assertEquals(ring.length, left.length);
    assertEquals(left.map(() => ring.shift()), left);
  }
});
