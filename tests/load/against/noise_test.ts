// What is called noise, and what is not, on runs whose distribution is known.
import { assert, assertEquals } from "@std/assert";
import {
  compareResults,
  type Difference,
} from "../../../src/load/against/comparison.ts";
import {
  blocksOf,
  differenceOf,
  fractionOf,
  valueAt,
} from "../../../src/load/against/noise.ts";
import { studentQuantile } from "../../../src/stats/internal.ts";
import { isSlow } from "../../support/slow.ts";
import { simulate, type Simulation } from "./simulated.ts";

const RUN: Simulation = {
  seed: 1,
  seconds: 30,
  perSecond: 60,
  medianMs: 20,
  errorRate: 0.02,
  drift: 0,
};

function differences(
  before: Partial<Simulation>,
  now: Partial<Simulation>,
): readonly Difference[] {
  return compareResults(
    simulate({ ...RUN, ...before }),
    simulate({ ...RUN, ...now }),
  ).differences;
}

/** The fraction of pairs of runs in which any difference is no noise. */
function alarms(pairs: number, run: Partial<Simulation>): number {
  let found = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const of = (seed: number) => ({ ...run, seed });
    const all = differences(of(2 * pair + 1), of(2 * pair + 2));
    if (all.some(({ finding }) => finding !== "noise")) found++;
  }
  return found / pairs;
}

const PAIRS = isSlow ? 400 : 30;

Deno.test("two runs of the same service differ by noise, in 95 of 100 pairs or more", () => {
  const found = alarms(PAIRS, {});
  assert(found <= (isSlow ? 0.06 : 0.15), `${found}`);
});

Deno.test("a service that is slower for seconds at a time is no difference to itself", () => {
  const found = alarms(PAIRS, { drift: 0.1 });
  assert(found <= (isSlow ? 0.08 : 0.15), `${found}`);
});

Deno.test("what is clearly slower, fails more or does less is found, and called by its direction", () => {
  const many = { seconds: 60, perSecond: 200 };
  const slower = differences(
    { ...many, seed: 1 },
    { ...many, seed: 2, medianMs: 30 },
  );
  assertEquals(
    slower.map(({ metric, finding }) => `${metric} ${finding}`),
    [
      "throughput noise",
      "errorRate noise",
      "latency.p50 worse",
      "latency.p95 worse",
      "latency.p99 worse",
    ],
  );
  const faster = differences({ seed: 1, medianMs: 30 }, { seed: 2 });
  assertEquals(faster[2]?.finding, "better");
  const failing = differences({ seed: 1 }, { seed: 2, errorRate: 0.15 });
  assertEquals(failing[1]?.finding, "worse");
  const less = differences({ seed: 1 }, { seed: 2, perSecond: 40 });
  assertEquals(less[0]?.finding, "worse");
  const more = differences({ seed: 1 }, { seed: 2, perSecond: 90 });
  assertEquals(more[0]?.finding, "better");
});

Deno.test("the same difference is noise where a run differs as much within itself", () => {
  const p50 = (drift: number) =>
    differences({ seed: 5, drift }, { seed: 6, drift, medianMs: 23 })[2];
  assertEquals(p50(0)?.finding, "worse");
  assertEquals(p50(0.4)?.finding, "noise");
});

Deno.test("runs that are too short say nothing", () => {
  const short = differences({ seconds: 4 }, { seconds: 30, seed: 2 });
  assertEquals(
    new Set(short.map(({ finding }) => finding)),
    new Set(["unknown"]),
  );
});

Deno.test("a run does not differ from itself", () => {
  for (const { change, finding } of differences({}, {})) {
    assertEquals([change?.value, finding], [0, "noise"]);
  }
});

Deno.test("an interval of a difference is made of both intervals", () => {
  const before = { value: 10, low: 7, high: 11 };
  const now = { value: 20, low: 16, high: 22 };
  assertEquals(differenceOf(before, now), {
    value: 10,
    low: 10 - Math.hypot(4, 1),
    high: 10 + Math.hypot(2, 3),
  });
});

Deno.test("blocks have all values in order, and about as many each", () => {
  const values = Array.from({ length: 23 }, (_, index) => index);
  const blocks = blocksOf(values);
  assertEquals(blocks.flat(), values);
  assertEquals(blocks.length, 10);
  assert(blocks.every(({ length }) => length === 2 || length === 3));
  assertEquals(blocksOf([1, 2, 3]), [[1], [2], [3]]);
});

Deno.test("a curve is read in both directions", () => {
  const curve = [[0, 10], [0.5, 20], [0.99, 20], [1, 40]] as const;
  assertEquals(valueAt(curve, 0.25), 15);
  assertEquals(valueAt(curve, -1), 10);
  assertEquals(valueAt(curve, 2), 40);
  assertEquals(fractionOf(curve, 15), 0.25);
  assertEquals(fractionOf(curve, 20), 0.99);
  assertEquals(fractionOf(curve, 50), 1);
});

Deno.test("the quantiles of t are those of the tables", () => {
  const of = (p: number, freedom: number) =>
    studentQuantile(p, freedom).toFixed(4);
  assertEquals(of(0.975, 1), "12.7062");
  assertEquals(of(0.975, 4), "2.7764");
  assertEquals(of(0.975, 9), "2.2622");
  assertEquals(of(0.995, 3), "5.8409");
  assertEquals(of(0.9995, 9), "4.7809");
  assertEquals(of(0.5, 7), "0.0000");
});
