import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { randomStream } from "../../../src/stats/random.ts";
import type { ThinkTime } from "../../../src/load/scenario/scenario.ts";
import { drawThinkTime } from "../../../src/load/run/think_time.ts";
import { weightedChoice } from "../../../src/load/run/weighted_choice.ts";

const DRAWS = 20_000;

function draws(draw: () => number): number[] {
  return Array.from({ length: DRAWS }, draw);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b) / values.length;
}

function assertNear(actual: number, expected: number): void {
  assert(
    Math.abs(actual - expected) <= 0.04 * expected,
    `${actual} is not near ${expected}`,
  );
}

Deno.test("a stream draws the same numbers from the same seed, and others for another purpose", () => {
  const first = (...purpose: (string | number)[]) => {
    const random = randomStream(7, ...purpose);
    return [random(), random(), random()];
  };
  assertEquals(first("think", 1), first("think", 1));
  const streams = [first("think", 1), first("think", 2), first("arrivals")];
  assertEquals(new Set(streams.flat()).size, 9);
});

Deno.test("numbers are spread evenly from 0 to below 1", () => {
  const random = randomStream(3, "spread");
  const buckets = new Array<number>(10).fill(0);
  for (const value of draws(random)) {
    assert(value >= 0 && value < 1);
    const bucket = Math.floor(value * 10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  // Chi squared with nine degrees of freedom: 27.9 is exceeded once in 1000.
  const expected = DRAWS / 10;
  const chi = buckets.reduce(
    (sum, n) => sum + (n - expected) ** 2 / expected,
    0,
  );
  assert(chi < 27.9, `chi squared is ${chi}`);
});

for (
  const [think, expected] of [
    [{ distribution: "constant", ms: 20 }, 20],
    [{ distribution: "uniform", minMs: 10, maxMs: 50 }, 30],
    [{ distribution: "exponential", meanMs: 40 }, 40],
    [{ distribution: "normal", meanMs: 100, deviationMs: 20 }, 100],
  ] as const satisfies readonly (readonly [ThinkTime, number])[]
) {
  Deno.test(`think times that are ${think.distribution} have their mean`, () => {
    const random = randomStream(5, "think");
    const values = draws(() => drawThinkTime(think, random));
    assertNear(mean(values), expected);
    assert(values.every((value) => value >= 0 && value < Infinity));
  });
}

Deno.test("think times that are lognormal have their median", () => {
  const random = randomStream(5, "think");
  const think = { distribution: "lognormal", medianMs: 50, sigma: 1 } as const;
  const values = draws(() => drawThinkTime(think, random)).sort((a, b) =>
    a - b
  );
  assertNear(values[DRAWS / 2] ?? 0, 50);
});

Deno.test("think times are neither negative nor infinite", () => {
  const think = { distribution: "normal", meanMs: 1, deviationMs: 50 } as const;
  for (const random of [() => 0, () => 1 - 2 ** -32, randomStream(1)]) {
    const ms = drawThinkTime(think, random);
    assert(ms >= 0 && ms < Infinity, `${ms}`);
  }
});

Deno.test("each item is chosen as often as its weight says", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }),
      (weights) => {
        const choose = weightedChoice(weights);
        const counts = weights.map(() => 0);
        // Every part of the unit interval once.
        for (let i = 0; i < DRAWS; i++) {
          const chosen = choose(() => (i + 0.5) / DRAWS);
          counts[chosen] = (counts[chosen] ?? 0) + 1;
        }
        const sum = weights.reduce((a, b) => a + b);
        weights.forEach((weight, index) => {
          const part = (counts[index] ?? 0) / DRAWS;
          assert(
            Math.abs(part - weight / sum) < 0.002,
            `${part} of ${weights}`,
          );
        });
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("weights that are not finite and above 0 are refused, and so are none", () => {
  for (const weights of [[1, 0], [NaN], [Infinity]]) {
    assertThrows(
      () => weightedChoice(weights),
      RangeError,
      "Cannot use weight",
    );
  }
  assertThrows(() => weightedChoice([]), RangeError, "Cannot choose");
});
