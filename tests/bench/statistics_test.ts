import { assertEquals, assertThrows } from "@std/assert";
import { iqr, median, quantile } from "../../bench/ratios/statistics.ts";

Deno.test("median() is the middle value in any order", () => {
  assertEquals(median([9, 1, 5]), 5);
});

Deno.test("median() is the mean of the two middle values", () => {
  assertEquals(median([4, 1, 3, 2]), 2.5);
});

Deno.test("quantile() lies between neighbours by straight line", () => {
  assertEquals([0, 0.25, 0.9, 1].map((q) => quantile([10, 20, 30], q)), [
    10,
    15,
    28,
    30,
  ]);
});

Deno.test("quantile() of one value is that value", () => {
  assertEquals(quantile([7], 0.3), 7);
});

Deno.test("quantile() refuses no values, and a q outside 0 to 1", () => {
  assertThrows(() => quantile([], 0.5), RangeError, "no values");
  assertThrows(() => quantile([1], 1.5), RangeError, "q is 1.5");
  assertThrows(() => quantile([1], NaN), RangeError, "q is NaN");
});

Deno.test("quantile() leaves its values as they were", () => {
  const values = [3, 1, 2];
  quantile(values, 0.5);
  assertEquals(values, [3, 1, 2]);
});

Deno.test("iqr() does not see one outlier", () => {
  assertEquals(iqr([1, 2, 3, 4, 1000]), 2);
});
