import { assert, assertEquals, assertThrows } from "@std/assert";
import { normalQuantile } from "../../src/stats/normal.ts";
import {
  detectableDifference,
  fewestPairs,
  noiseOf,
  pairsFor,
} from "../../src/compare/sample_size.ts";
import { assertNear } from "./samples.ts";

const sensitivity = { alpha: 0.05, power: 0.8, metrics: 1 };
const noise = { scale: 0.01, upper: 0.01, pairs: 20 };

Deno.test("noiseOf() is the standard deviation of normal noise, times the efficiency loss of the estimate", () => {
  const normal = Array.from(
    { length: 1000 },
    (_, k) => normalQuantile((k + 0.5) / 1000) * 0.02,
  );
  const { scale, upper } = noiseOf(normal);
  assertNear(scale, 0.02 * Math.sqrt(Math.PI / 3), 0.0004);
  assert(upper > scale && upper < 1.05 * scale);
});

Deno.test("noiseOf() is robust against an outlier", () => {
  const ratios = Array.from({ length: 19 }, (_, k) => (k - 9) / 1000);
  const plain = noiseOf([...ratios, 0.01]);
  assert(noiseOf([...ratios, 5]).scale < 1.2 * plain.scale);
});

Deno.test("noiseOf() plans with the 80 % limit of a scale from 20 pairs", () => {
  const { scale, upper } = noiseOf(
    Array.from({ length: 20 }, (_, k) => k - 9.5),
  );
  // 13.716 is SciPy's chi2.ppf(0.2, 19).
  assertNear(upper / scale, Math.sqrt(19 / 13.715790), 1e-3);
  assertThrows(() => noiseOf([1, 2]), RangeError, "at least 8");
});

Deno.test("pairsFor() takes (1.960 + 1.282)² times the square of noise over difference", () => {
  // 10.507 × 4² = 168.1, to the next even number.
  assertEquals(pairsFor(0.0025, noise, sensitivity), 170);
  assertEquals(pairsFor(1, noise, sensitivity), 12);
});

Deno.test("pairsFor() requires more pairs for more metrics", () => {
  const three = { ...sensitivity, metrics: 3 };
  assert(pairsFor(0.0025, noise, three) > 170);
});

Deno.test("detectableDifference() needs exactly that many pairs", () => {
  assertNear(
    detectableDifference(100, noise, sensitivity),
    0.0032415,
    1e-7,
  );
  assertEquals(
    pairsFor(
      detectableDifference(50, noise, sensitivity) * 1.0001,
      noise,
      sensitivity,
    ),
    50,
  );
});

Deno.test("fewestPairs() is what the signed-rank test needs to reach its level", () => {
  assertEquals(fewestPairs(sensitivity), 6); // 2 / 2^6 = 0.031
  assertEquals(fewestPairs({ ...sensitivity, alpha: 0.01 }), 8);
  assertEquals(fewestPairs({ ...sensitivity, metrics: 3 }), 8);
});
