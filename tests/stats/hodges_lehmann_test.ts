import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  hodgesLehmann,
  WalshAverages,
} from "../../src/stats/hodges_lehmann.ts";
import { assertNear, DARWIN, HAMILTON } from "../compare/samples.ts";

const sample = fc.array(fc.integer({ min: -1000, max: 1000 }), {
  minLength: 1,
  maxLength: 30,
});

Deno.test("hodgesLehmann() is the median of the 45 Walsh averages of the Hamilton depression scale", () => {
  assertNear(hodgesLehmann(HAMILTON), 0.46, 1e-12);
});

Deno.test("hodgesLehmann() is the median of Darwin's 120 Walsh averages", () => {
  assertEquals(hodgesLehmann(DARWIN), 3.125);
});

Deno.test("hodgesLehmann() is the mean of the two middle averages", () => {
  // Averages 0, 1, 3, 4.5, 5.5 and 9 by hand: (3 + 4.5) / 2.
  assertEquals(hodgesLehmann([0, 2, 9]), 3.25);
});

Deno.test("hodgesLehmann() shifts and scales with its values", () => {
  fc.assert(fc.property(
    sample,
    fc.integer({ min: -100, max: 100 }),
    fc.constantFrom(-4, -1, 0.5, 2),
    (values, shift, scale) => {
      assertEquals(
        hodgesLehmann(values.map((value) => value * scale + shift)),
        hodgesLehmann(values) * scale + shift,
      );
    },
  ));
});

Deno.test("hodgesLehmann() is robust against an outlier", () => {
  assertEquals(hodgesLehmann([1, 2, 3, 4, 1e9]), 3);
});

Deno.test("hodgesLehmann() refuses an empty sample, and values that are not finite", () => {
  assertThrows(() => hodgesLehmann([]), RangeError, "there are 0 values");
  assertThrows(() => hodgesLehmann([1, NaN]), RangeError, "a value is NaN");
});

Deno.test("WalshAverages.median() of counts is the estimate of the sample that has each value that often", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.nat({ max: 4 })), {
      minLength: 1,
      maxLength: 12,
    }).filter((counted) => counted.some(([, count]) => count > 0)),
    (counted) => {
      const averages = new WalshAverages(counted.map(([value]) => value));
      assertEquals(
        averages.median(counted.map(([, count]) => count)),
        hodgesLehmann(
          counted.flatMap(([value, count]) => Array(count).fill(value)),
        ),
      );
    },
  ));
});
