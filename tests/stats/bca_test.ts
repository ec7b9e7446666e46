import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { bcaInterval } from "../../src/stats/bca.ts";
import { hodgesLehmann } from "../../src/stats/hodges_lehmann.ts";
import { assertNear, DARWIN } from "../compare/samples.ts";

Deno.test("bcaInterval() equals SciPy's BCa interval of Darwin's maize", () => {
  // scipy.stats.bootstrap(method="BCa", n_resamples=20000) of the same estimate.
  assertEquals(bcaInterval(DARWIN, { resamples: 20_000 }), {
    estimate: 3.125,
    low: 0.5,
    high: 5.125,
  });
});

Deno.test("bcaInterval() equals SciPy's BCa interval of a skewed sample", () => {
  const skewed = [
    ...[0.02, 0.05, 0.11, 0.17, 0.29, 0.41],
    ...[0.58, 0.83, 1.2, 1.9, 3.1, 6.4],
  ];
  const { low, high } = bcaInterval(skewed, { resamples: 50_000 });
  // The plain percentiles of the same draws are 0.245 and 1.965.
  assertNear(low, 0.26, 1e-12);
  assertNear(high, 2.15, 1e-12);
});

Deno.test("bcaInterval() counts half of the draws that equal the estimate, as SciPy does", () => {
  const tied = [0, 0, 0, 0, 1, 1, 1, 5, 9];
  assertEquals(bcaInterval(tied, { resamples: 50_000 }).low, 0.5);
});

Deno.test("bcaInterval() contains the estimate, within the range of the values", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -100, max: 100 }), {
        minLength: 2,
        maxLength: 20,
      }),
      fc.integer(),
      (values, seed) => {
        const { estimate, low, high } = bcaInterval(values, {
          resamples: 200,
          seed,
        });
        assertEquals(estimate, hodgesLehmann(values));
        assert(Math.min(...values) <= low && low <= estimate);
        assert(estimate <= high && high <= Math.max(...values));
      },
    ),
  );
});

Deno.test("bcaInterval() is the same for the same seed, and wider for more confidence", () => {
  const wide = bcaInterval(DARWIN, { confidence: 0.99, seed: 5 });
  const narrow = bcaInterval(DARWIN, { confidence: 0.8, seed: 5 });
  assertEquals(bcaInterval(DARWIN, { confidence: 0.8, seed: 5 }), narrow);
  assert(wide.low < narrow.low && narrow.high < wide.high);
});

Deno.test("bcaInterval() of equal values is that value", () => {
  assertEquals(bcaInterval([2, 2, 2, 2]), { estimate: 2, low: 2, high: 2 });
});

Deno.test("bcaInterval() refuses options out of their range", () => {
  assertThrows(() => bcaInterval([1]), RangeError, "at least 2");
  assertThrows(
    () => bcaInterval([1, 2], { confidence: 95 }),
    RangeError,
    "Cannot use confidence: it is 95",
  );
  assertThrows(
    () => bcaInterval([1, 2], { resamples: 10 }),
    RangeError,
    "Cannot use resamples: it is 10",
  );
});
