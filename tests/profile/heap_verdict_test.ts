import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertNear } from "./near.ts";
import fc from "fast-check";
import { HeapSamples } from "../../src/profile/heap_samples.ts";
import { judgeHeap } from "../../src/profile/heap_verdict.ts";
import {
  medianOf,
  risingPValue,
  theilSenSlope,
} from "../../src/profile/trend.ts";
import { randomStream } from "../../src/stats/random.ts";

const MB = 1_000_000;

/** So many samples, one a second, of what `bytes` says of each second. */
function series(count: number, bytes: (second: number) => number) {
  return Array.from({ length: count }, (_, second) => ({
    atMs: second * 1000,
    usedBytes: bytes(second),
    operations: second * 50,
  }));
}

/** Noise from -1 to 1. */
function noise(seed: number): () => number {
  const random = randomStream(seed, "noise");
  return () => 2 * random() - 1;
}

/** How many of a hundred seeds have the verdict. */
function count(
  verdict: string,
  bytes: (noise: () => number) => (second: number) => number,
): number {
  let found = 0;
  for (let seed = 0; seed < 100; seed++) {
    const report = judgeHeap(series(60, bytes(noise(seed))));
    if (report.verdict === verdict) found++;
  }
  return found;
}

Deno.test("steady growth under noise is a leak, with its rate", () => {
  const next = noise(1);
  const report = judgeHeap(
    series(60, (second) => 20 * MB + 20_000 * second + 50_000 * next()),
  );
  assertEquals(report.verdict, "leaking");
  assertNear(report.bytesPerSecond, 20_000, 2000);
  assertNear(report.bytesPerOperation, 400, 40);
  assert((report.confidence ?? 0) > 0.99);
});

Deno.test("noise alone is not a leak", () => {
  const flat = (next: () => number) => () => 20 * MB + 100_000 * next();
  assertEquals(count("leaking", flat), 0);
  assert(count("steady", flat) >= 90);
});

Deno.test("a leak under as much noise is found", () => {
  const found = count(
    "leaking",
    (next) => (second) => 20 * MB + 20_000 * second + 100_000 * next(),
  );
  assert(found >= 95, `${found}`);
});

Deno.test("a sawtooth is not a leak", () => {
  const report = judgeHeap(
    series(120, (second) => 20 * MB + (second % 10) * MB),
  );
  assert(report.verdict !== "leaking", report.reason);
});

Deno.test("the least of each window of a sawtooth is steady", () => {
  const samples = new HeapSamples(500, 10);
  for (const sample of series(400, (second) => 20 * MB + (second % 10) * MB)) {
    samples.push(sample);
  }
  assertEquals(judgeHeap(samples.toArray()).verdict, "steady");
});

Deno.test("growth that levels off is not a leak", () => {
  for (const tau of [3, 6, 12, 20]) {
    const next = noise(tau);
    const report = judgeHeap(
      series(
        60,
        (second) => 20 * MB - 10 * MB * Math.exp(-second / tau) + 5000 * next(),
      ),
    );
    assert(report.verdict !== "leaking", `${tau}: ${report.reason}`);
  }
});

Deno.test("a step upwards is not a leak", () => {
  for (const at of [10, 20, 30, 40, 50]) {
    const report = judgeHeap(
      series(60, (second) => second < at ? 20 * MB : 25 * MB),
    );
    assert(report.verdict !== "leaking", `${at}: ${report.reason}`);
  }
});

Deno.test("a heap that shrinks is steady", () => {
  const report = judgeHeap(series(60, (second) => 20 * MB - 10_000 * second));
  assertEquals(report.verdict, "steady");
});

Deno.test("growth that is tolerated is steady", () => {
  const report = judgeHeap(series(60, (second) => 20 * MB + 100 * second));
  assertEquals(report.verdict, "steady");
  assert((report.growingPValue ?? 1) < 0.001);
});

Deno.test("few samples are inconclusive", () => {
  const report = judgeHeap(series(12, (second) => 20 * MB + MB * second));
  assertEquals([report.verdict, report.confidence], ["inconclusive", null]);
});

Deno.test("much noise is inconclusive", () => {
  const next = noise(5);
  const report = judgeHeap(series(20, () => 20 * MB + 10 * MB * next()));
  assertEquals(report.verdict, "inconclusive");
});

Deno.test("a report on any samples is finite, and survives JSON", () => {
  const sample = fc.record({
    atMs: fc.nat(1_000_000),
    usedBytes: fc.nat(2 ** 31 - 1),
    operations: fc.option(fc.nat(1000)),
  });
  const times = fc.array(sample, { maxLength: 40 })
    .map((samples) => samples.toSorted((a, b) => a.atMs - b.atMs));
  fc.assert(fc.property(times, (samples) => {
    const report = judgeHeap(samples);
    assertEquals(JSON.parse(JSON.stringify(report)), report);
  }));
});

Deno.test("options out of their range are refused", () => {
  for (
    const options of [
      { warmUpShare: 1 },
      { significance: 0 },
      { toleratedGrowthBytes: NaN },
    ]
  ) assertThrows(() => judgeHeap([], options), RangeError);
});

Deno.test("a Theil–Sen slope is not bent by a quarter of wild values", () => {
  const points = Array.from({ length: 40 }, (_, x) => ({
    x,
    y: x % 4 === 0 ? 1e6 : 3 * x + 7,
  }));
  assertNear(theilSenSlope(points) ?? 0, 3, 1);
  assertEquals(theilSenSlope([{ x: 1, y: 2 }, { x: 1, y: 3 }]), null);
});

Deno.test("the Mann–Kendall test gives the p-value of its definition", () => {
  // All in order but two: S is 43 of 45, and its variance 125.
  const values = [1, 2, 3, 5, 4, 6, 7, 8, 9, 10];
  // z is (43 - 1) / sqrt(125), 3.7566, whose upper tail is 8.61e-5.
  assertNear(risingPValue(values), 8.61e-5, 1e-6);
  assertNear(risingPValue(values.toReversed()), 1 - 8.61e-5, 1e-6);
  assertEquals(risingPValue([4, 4, 4, 4]), 1);
});

Deno.test("the Mann–Kendall test finds a trend in noise as often as it should", () => {
  let found = 0;
  const runs = 1000;
  for (let seed = 0; seed < runs; seed++) {
    const next = noise(seed);
    if (risingPValue(Array.from({ length: 30 }, next)) < 0.05) found++;
  }
  assert(found > runs * 0.03 && found < runs * 0.07, `${found}`);
});

Deno.test("a median is that of the sorted values", () => {
  assertEquals(medianOf([]), null);
  assertEquals(medianOf([10, 9, 100]), 10);
  assertEquals(medianOf([1, 2, 3, 10]), 2.5);
});

Deno.test("heap samples stay within their limit, and keep the least ones", () => {
  const samples = new HeapSamples(16, 1);
  const values = series(1000, (second) => 1000 - second);
  for (const sample of values) samples.push(sample);
  const kept = samples.toArray();
  assert(kept.length < 16 && kept.length >= 7, `${kept.length}`);
  assertEquals(
    kept,
    kept.toSorted((a, b) => a.atMs - b.atMs),
  );
  assert(kept.every(({ atMs }) => (atMs / 1000 + 1) % 64 === 0));
});
