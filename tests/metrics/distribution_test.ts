import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Distribution, summaryOf } from "../../src/metrics/distribution.ts";
import { settledMemory } from "../support/memory.ts";
import { randomFrom } from "../support/random.ts";

const COUNT = 100_000;
const random = randomFrom(1);

/** How values are made, in milliseconds. */
const SHAPES: Readonly<Record<string, () => number>> = {
  uniform: () => random() * 1000,
  exponential: () => -20 * Math.log(1 - random()),
  bimodal: () => random() < 0.9 ? 1 + random() : 500 + 50 * random(),
  constant: () => 42.5,
  "far apart": () => 10 ** (random() * 12),
};

/** The value that such a part of the sorted ones does not exceed. */
function exact(sorted: readonly number[], part: number): number {
  const index = Math.max(0, Math.ceil(part * sorted.length) - 1);
  return sorted[index] ?? NaN;
}

function assertNear(got: number, expected: number, tolerance: number): void {
  const difference = Math.abs(got - expected);
  assert(difference <= tolerance, `${got} is not ${expected}`);
}

/** Whether both are the same but for a thousandth, or half a microsecond. */
function assertClose(got: number | null, expected: number, what: string): void {
  assert(got !== null, what);
  const tolerance = Math.max(expected * 0.001, 0.0005) + 1e-9;
  assertNear(got, expected, tolerance);
}

for (const [shape, make] of Object.entries(SHAPES)) {
  Deno.test(`the percentiles of ${shape} values are the exact ones within 0.1 %`, () => {
    const values = Array.from({ length: COUNT }, make);
    const distribution = new Distribution();
    for (const value of values) distribution.record(value);
    const sorted = values.toSorted((a, b) => a - b);
    const summary = distribution.summary();
    assertEquals(summary.count, COUNT);
    assertEquals(summary.min, sorted[0]);
    assertEquals(summary.max, sorted.at(-1));
    for (
      const [name, part] of [
        ["p50", 0.5],
        ["p90", 0.9],
        ["p95", 0.95],
        ["p99", 0.99],
        ["p999", 0.999],
      ] as const
    ) assertClose(summary[name], exact(sorted, part), name);
    const sum = values.reduce((a, b) => a + b);
    assertNear(summary.sum, sum, sum * 1e-9);
  });
}

const times = fc.array(
  fc.double({ min: 0, max: 1e7, noNaN: true }),
  { minLength: 1, maxLength: 200 },
);

Deno.test("percentiles rise, from the smallest value to the largest", () => {
  fc.assert(fc.property(times, (values) => {
    const distribution = new Distribution();
    for (const value of values) distribution.record(value);
    const { min, p50, p90, p95, p99, p999, max } = distribution.summary();
    const rising = [min, p50, p90, p95, p99, p999, max].map(Number);
    assertEquals(rising, rising.toSorted((a, b) => a - b));
  }));
});

Deno.test("a merged distribution equals one that recorded everything itself", () => {
  fc.assert(fc.property(times, times, (some, others) => {
    const one = new Distribution();
    const other = new Distribution();
    const together = new Distribution();
    for (const value of some) one.record(value);
    for (const value of others) other.record(value);
    for (const value of [...some, ...others]) together.record(value);
    one.add(other);
    const { sum, mean, ...merged } = one.summary();
    const { sum: allSum, mean: allMean, ...all } = together.summary();
    assertEquals(merged, all);
    assertNear(sum, allSum, allSum * 1e-9);
    assertNear(Number(mean), Number(allMean), allSum * 1e-9);
  }));
});

Deno.test("an empty distribution has no percentiles", () => {
  const { count, sum, ...rest } = new Distribution().summary();
  assertEquals([count, sum], [0, 0]);
  assertEquals(new Set(Object.values(rest)), new Set([null]));
});

Deno.test("a distribution that was reset equals a new one", () => {
  const distribution = new Distribution();
  distribution.record(1e6);
  distribution.reset();
  assertEquals(distribution.summary(), new Distribution().summary());
  distribution.record(3);
  assertEquals(distribution.summary().p50, 3);
});

Deno.test("numbers below 0 and NaN count as 0", () => {
  const distribution = new Distribution();
  for (const value of [-1, NaN, -Infinity]) distribution.record(value);
  const { count, sum, max } = distribution.summary();
  assertEquals([count, sum, max], [3, 0, 0]);
});

Deno.test("the memory of a distribution does not grow with its values", async () => {
  const distribution = new Distribution();
  const record = (times: number): void => {
    for (let i = 0; i < times; i++) distribution.record(10 ** (12 * random()));
  };
  const bytes = async (): Promise<number> => {
    const { heap, external } = await settledMemory();
    return heap + external;
  };
  record(1000);
  const before = await bytes();
  record(1_000_000);
  // A number each would be 8 MB.
  assert(await bytes() - before < 1_000_000);
  assertEquals(distribution.count, 1_001_000);
});

Deno.test("a summary has the quantiles of all values, of however many parts", () => {
  const value = fc.oneof(
    fc.double({ min: 0, max: 1e12, noNaN: true }),
    fc.integer({ min: 0, max: 20 }),
  );
  fc.assert(fc.property(
    fc.array(fc.array(value, { maxLength: 40 }), { maxLength: 4 }),
    (lists) => {
      const whole = new Distribution();
      const parts = lists.map((list) => {
        const part = new Distribution();
        for (const ms of list) {
          part.record(ms);
          whole.record(ms);
        }
        return part;
      });
      const { sum, mean, ...summary } = summaryOf(parts);
      const all = lists.flat();
      assertEquals(summary, {
        count: all.length,
        min: all.length === 0 ? null : Math.min(...all),
        p50: whole.quantile(0.5),
        p90: whole.quantile(0.9),
        p95: whole.quantile(0.95),
        p99: whole.quantile(0.99),
        p999: whole.quantile(0.999),
        max: all.length === 0 ? null : Math.max(...all),
      });
      const exact = all.reduce((sum, ms) => sum + ms, 0);
      assert(Math.abs(sum - exact) <= 1e-9 * exact);
      assertEquals(mean, all.length === 0 ? null : sum / all.length);
    },
  ));
});
