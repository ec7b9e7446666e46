import { assertEquals } from "@std/assert";
import {
  type Evidence,
  EXIT_CODES,
  overallVerdict,
  verdictOf,
} from "../../src/compare/verdict.ts";

const evidence = (
  low: number,
  high: number,
  more: Partial<Evidence> = {},
): Evidence => ({
  interval: { estimate: (low + high) / 2, low, high },
  p: 0.001,
  marginP: 0.001,
  wanted: 1,
  detectable: 0.9,
  alpha: 0.05,
  ...more,
});

Deno.test("verdictOf() is regressed if the interval is above 0 and reaches the difference", () => {
  assertEquals(verdictOf(evidence(0.1, 1.3)), "regressed");
  assertEquals(verdictOf(evidence(2, 3)), "regressed");
});

Deno.test("verdictOf() is improved if the interval is below 0 and reaches the difference", () => {
  assertEquals(verdictOf(evidence(-1.3, -0.1)), "improved");
});

Deno.test("verdictOf() is pass if the interval is within the difference, even if it excludes 0", () => {
  assertEquals(verdictOf(evidence(-0.4, 0.3, { p: 0.7 })), "pass");
  assertEquals(verdictOf(evidence(0.1, 0.5)), "pass");
});

Deno.test("verdictOf() is inconclusive if the interval contains both 0 and the difference", () => {
  assertEquals(verdictOf(evidence(-0.2, 1.1)), "inconclusive");
});

Deno.test("verdictOf() claims nothing that the signed-rank test does not confirm", () => {
  assertEquals(verdictOf(evidence(0.1, 1.3, { p: 0.06 })), "inconclusive");
  assertEquals(
    verdictOf(evidence(-0.4, 0.3, { marginP: 0.06 })),
    "inconclusive",
  );
});

Deno.test("verdictOf() claims nothing smaller than the detectable difference", () => {
  const blind = { detectable: 3 };
  assertEquals(verdictOf(evidence(0.1, 2.5, blind)), "inconclusive");
  assertEquals(verdictOf(evidence(-0.4, 0.3, blind)), "inconclusive");
  assertEquals(verdictOf(evidence(0.1, 3.5, blind)), "regressed");
});

Deno.test("overallVerdict() is the worst verdict, and then the least certain", () => {
  assertEquals(
    overallVerdict(["pass", "improved", "regressed", "inconclusive"]),
    "regressed",
  );
  assertEquals(
    overallVerdict(["pass", "improved", "inconclusive"]),
    "inconclusive",
  );
  assertEquals(overallVerdict(["pass", "improved"]), "improved");
  assertEquals(overallVerdict(["pass", "pass"]), "pass");
});

Deno.test("EXIT_CODES has a code for each verdict, none of them 2", () => {
  assertEquals(new Set([...Object.values(EXIT_CODES), 2]).size, 5);
});
