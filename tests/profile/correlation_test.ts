import { assert, assertEquals, assertThrows } from "@std/assert";
import { correlate, type MetricSeries } from "../../src/profile/correlation.ts";
import { randomStream } from "../../src/stats/random.ts";

function series(name: string, values: readonly number[]): MetricSeries {
  return {
    name,
    points: values.map((value, step) => ({ atMs: step * 1000 + 250, value })),
  };
}

/** Steps up and down, at random. */
function walk(seed: number, length = 120): number[] {
  const random = randomStream(seed, "walk");
  let value = 0;
  return Array.from({ length }, () => value += random() - 0.5);
}

Deno.test("a series that follows another after two steps is found, with its lag", () => {
  const queue = walk(1);
  const latency = queue.map((_, step) => 3 * (queue[step - 2] ?? 0) ** 3);
  const [found, ...others] = correlate([
    series("latency", latency),
    series("queue", queue),
    series("unrelated", walk(2)),
  ]);
  assertEquals([found?.leads, found?.follows], ["queue", "latency"]);
  assertEquals(found?.lagMs, 2000);
  assert((found?.rho ?? 0) > 0.5, `rho is ${found?.rho}`);
  assertEquals(others, []);
});

Deno.test("a series that falls when another rises is found", () => {
  const load = walk(3);
  const [found] = correlate([
    series("load", load),
    series("idle", load.map((value) => -value)),
  ]);
  assertEquals(found?.lagMs, 0);
  assert(Math.abs((found?.rho ?? 0) + 1) < 1e-9);
});

Deno.test("two series that merely grow do not count as related", () => {
  const growing = (seed: number) =>
    walk(seed).map((value, step) => value + step);
  assertEquals(
    correlate([series("a", growing(4)), series("b", growing(5))]),
    [],
  );
});

Deno.test("unrelated series are found together no more often than alpha", () => {
  let alarms = 0;
  for (let run = 0; run < 400; run++) {
    const unrelated = [1, 2, 3].map((each) =>
      series(`${each}`, walk(1000 + 3 * run + each, 60))
    );
    if (correlate(unrelated, { alpha: 0.05 }).length > 0) alarms++;
  }
  // 20 are expected at most; 35 come by chance once in a thousand times.
  assert(alarms <= 35, `${alarms} of 400`);
});

Deno.test("constant, short and empty series are related to nothing", () => {
  const flat = series("flat", new Array(60).fill(7));
  const short = series("short", walk(6, 8));
  const none = series("none", [NaN, Infinity]);
  assertEquals(correlate([flat, short, none, series("walk", walk(7))]), []);
});

Deno.test("values at different times of the same steps are compared", () => {
  const values = walk(8);
  const often = values.flatMap((value, step) =>
    [100, 500, 900].map((ms) => ({ atMs: step * 1000 + ms, value }))
  );
  const [found] = correlate([
    series("once", values),
    { name: "often", points: often },
  ]);
  assertEquals(found?.lagMs, 0);
  assert(Math.abs((found?.rho ?? 0) - 1) < 1e-9);
});

Deno.test("correlate() refuses options out of their range", () => {
  for (
    const options of [{ stepMs: 0 }, { maxLagSteps: 1.5 }, { alpha: 1 }]
  ) assertThrows(() => correlate([], options), RangeError);
});
