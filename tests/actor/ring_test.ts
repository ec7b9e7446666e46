import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Ring } from "../../src/actor/ring.ts";

Deno.test("Ring gives back what was pushed, in order, as an array would", () => {
  const operation = fc.oneof(
    { weight: 3, arbitrary: fc.integer() },
    { weight: 2, arbitrary: fc.constant("shift" as const) },
  );
  fc.assert(fc.property(
    fc.array(operation, { size: "large" }),
    (operations) => {
      const ring = new Ring<number>();
      const model: number[] = [];
      for (const operation of operations) {
        if (operation === "shift") assertEquals(ring.shift(), model.shift());
        else model.push(operation) && ring.push(operation);
        assertEquals(ring.length, model.length);
        assertEquals(ring.peek(), model[0]);
      }
    },
  ));
});

Deno.test("Ring works on after a burst that outgrew what it keeps", () => {
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
