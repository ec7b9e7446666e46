import { assert, assertEquals, assertThrows } from "@std/assert";
import { schedulePairs } from "../../src/compare/schedule.ts";

Deno.test("schedulePairs() interleaves in twos, so that a steady drift favours neither", () => {
  const order = schedulePairs(40, 7).flat();
  const sums = { a: 0, b: 0 };
  order.forEach((side, time) => sums[side] += time);
  assertEquals(sums.a, sums.b);
  for (let block = 0; block < order.length; block += 4) {
    const four = order.slice(block, block + 4).join("");
    assert(four === "abba" || four === "baab", four);
  }
});

Deno.test("schedulePairs() draws both orders, the same for the same seed", () => {
  const order = schedulePairs(100, 3);
  assertEquals(schedulePairs(100, 3), order);
  const first = order.filter((_, pair) => pair % 2 === 0).map(([side]) => side);
  assertEquals(new Set(first), new Set(["a", "b"] as const));
});

Deno.test("schedulePairs() refuses an odd number of pairs", () => {
  assertThrows(() => schedulePairs(3, 1), RangeError, "pairs is 3");
});
