import { assert, assertEquals, assertThrows } from "@std/assert";
import { normalCdf, normalQuantile } from "../../src/stats/normal.ts";
import { assertNear } from "../compare/samples.ts";

Deno.test("normalCdf() equals SciPy's norm.cdf", () => {
  assertNear(normalCdf(-3), 0.0013498980316301, 1e-15);
  assertNear(normalCdf(-1), 0.1586552539314571, 1e-15);
  assertEquals(normalCdf(0), 0.5);
  assertNear(normalCdf(2), 0.9772498680518208, 1e-15);
  assertEquals(normalCdf(Infinity), 1);
});

Deno.test("normalQuantile() equals SciPy's norm.ppf", () => {
  assertNear(normalQuantile(0.975), 1.959963984540054, 1e-12);
  assertNear(normalQuantile(0.9), 1.2815515655446004, 1e-12);
  assertNear(normalQuantile(1e-6), -4.753424308822899, 1e-9);
  assertThrows(() => normalQuantile(1), RangeError, "p is 1");
});

Deno.test("no probability of the normal distribution is below 0 or above 1", () => {
  for (let z = 7.5; z < 8.4; z += 0.001) {
    assert(normalCdf(-z) >= 0 && normalCdf(z) <= 1, `${z}`);
  }
});
