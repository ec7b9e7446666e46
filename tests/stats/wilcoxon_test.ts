import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { wilcoxonSignedRank } from "../../src/stats/wilcoxon.ts";
import { assertNear, DARWIN, HAMILTON } from "../compare/samples.ts";

Deno.test("wilcoxonSignedRank() equals SciPy's exact p of the Hamilton depression scale", () => {
  assertEquals(wilcoxonSignedRank(HAMILTON), {
    positive: 40,
    count: 9,
    p: 0.0390625,
    method: "exact",
  });
});

Deno.test("wilcoxonSignedRank() equals SciPy's exact p of Darwin's maize", () => {
  assertEquals(wilcoxonSignedRank(DARWIN).p, 0.041259765625);
});

Deno.test("wilcoxonSignedRank() is exact with ties, and drops zeros", () => {
  // Over all 1,024 signs, counted one by one elsewhere.
  assertEquals(
    wilcoxonSignedRank([1, 1, 2, -2, 3, 4, 4, -1, 5, 0, 0, 6]),
    { positive: 48.5, count: 10, p: 0.033203125, method: "exact" },
  );
  assertEquals(wilcoxonSignedRank([3, 3, 3, 3, 3, 3]).p, 2 / 2 ** 6);
  assertEquals(wilcoxonSignedRank([0, 0]).p, 1);
});

Deno.test("wilcoxonSignedRank() equals SciPy's normal p of more than 50 differences", () => {
  // scipy.stats.wilcoxon(zero_method="wilcox", correction=True, method="approx").
  const tied = Array.from({ length: 60 }, (_, k) => (k + 1) * 37 % 23 - 8);
  const ties = wilcoxonSignedRank(tied);
  assertEquals(ties.method, "normal");
  assertNear(ties.p, 0.0014485867954595923, 1e-14);
  const apart = Array.from({ length: 60 }, (_, k) => (k + 1) * 37 % 61 - 22.5);
  assertNear(
    wilcoxonSignedRank(apart).p,
    0.0020122209971691653,
    1e-14,
  );
});

Deno.test("wilcoxonSignedRank() has the same p-value if all signs are flipped", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 80 }),
    (differences) => {
      const { p } = wilcoxonSignedRank(differences);
      assertEquals(wilcoxonSignedRank(differences.map((d) => -d)).p, p);
      assertEquals(wilcoxonSignedRank(differences.map((d) => d * 3)).p, p);
      assertEquals(p > 0 && p <= 1, true);
    },
  ));
});

Deno.test("wilcoxonSignedRank() refuses values that are not finite", () => {
  assertThrows(() => wilcoxonSignedRank([1, NaN]), RangeError, "NaN");
});
