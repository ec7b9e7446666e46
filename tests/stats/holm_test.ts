import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { holm } from "../../src/stats/holm.ts";

Deno.test("holm() multiplies the smallest p-value by the number of tests, the next by one less, and never falls", () => {
  assertEquals(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]);
  assertEquals(holm([0.5, 0.9]), [1, 1]);
  assertEquals(holm([0.02]), [0.02]);
});

Deno.test("holm() keeps the order of the p-values, and makes none smaller", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
    (values) => {
      const corrected = holm(values);
      values.forEach((p, i) => {
        const own = corrected[i] ?? NaN;
        assert(own >= p && own <= Math.min(1, p * values.length));
        values.forEach((other, j) => {
          if (p <= other) assert(own <= (corrected[j] ?? NaN));
        });
      });
    },
  ));
});

Deno.test("holm() refuses values that are not probabilities", () => {
  assertThrows(() => holm([1.5]), RangeError, "a p-value is 1.5");
});
