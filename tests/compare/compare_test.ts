import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { compare } from "../../src/compare/compare.ts";
import { RunFailedError } from "../../src/compare/errors.ts";
import { comparisonToText } from "../../src/compare/comparison_text.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { machine } from "./machine.ts";

const a = { label: "a", command: ["none"] } as const;
const b = { label: "b", command: ["none"] } as const;

Deno.test("compare() fixes the number of pairs from the A/A pairs, before B is measured", async () => {
  const plain = machine({ seed: 4, effect: 0, sigma: 0.01 });
  const other = machine({ seed: 4, effect: 0.5, sigma: 0.01 });
  const one = await compare({ a, b, measure: plain });
  const two = await compare({ a, b, measure: other });
  assert(one.pairs > 12);
  assertEquals(two.pairs, one.pairs);
  assertEquals(two.verdict, "regressed");
});

Deno.test("compare() runs A alone first, and then A and B interleaved", async () => {
  const labels: string[] = [];
  await compare({
    a,
    b,
    noisePairs: 8,
    measure: ({ label }) => Promise.resolve([labels.push(label)]),
    maxPairs: 8,
  });
  assertEquals(labels.slice(0, 18).join(""), "ab" + "a".repeat(16));
  const fours = labels.slice(18).join("").match(/.{4}/g);
  assertEquals(fours?.length, 4);
  assert(fours?.every((four) => four === "abba" || four === "baab"));
});

Deno.test("compare() with too few pairs reports the smallest detectable difference, and claims nothing smaller", async () => {
  const report = await compare({
    a,
    b,
    maxPairs: 12,
    measure: machine({ seed: 3, effect: 0.005, sigma: 0.02 }),
  });
  assertEquals(report.verdict, "inconclusive");
  assertEquals(report.pairs, 12);
  const [metric] = report.metrics;
  assert(metric !== undefined && metric.detectable > 0.02);
  assertStringIncludes(
    report.caveats.join(),
    `The budget allows 12 of the ${report.neededPairs} pairs`,
  );
  assertStringIncludes(
    comparisonToText(report),
    "smallest detectable difference",
  );
});

Deno.test("compare() plans with the time that is left of the budget", async () => {
  const clock = new ManualClock();
  const noisy = machine({ seed: 3, effect: 0, sigma: 0.03 });
  const { noisePairs, pairs } = await compare({
    a,
    b,
    clock,
    budgetSeconds: 120,
    measure: async (command, signal) => {
      clock.advance(1000);
      return await noisy(command, signal);
    },
  });
  // Two runs to warm up, and a third of the time for A/A pairs.
  assertEquals(noisePairs, 20);
  // 120 s less 42 s, at 2 s a pair: 39, of which 38 are even.
  assertEquals(pairs, 38);
});

Deno.test("compare() measures no pair if there could be too few for any claim", async () => {
  const report = await compare({
    a,
    b,
    maxPairs: 4,
    measure: machine({ seed: 3, effect: 0.5, sigma: 0.02 }),
  });
  assertEquals(report.verdict, "inconclusive");
  assertEquals(report.pairs, 0);
  assertEquals(report.metrics[0]?.change, null);
  assertStringIncludes(comparisonToText(report), "The budget allows 0 of");
});

Deno.test("compare() judges each metric by its direction, and corrects over all metrics", async () => {
  const time = machine({ seed: 9, effect: 0.1, sigma: 0.005 });
  const report = await compare({
    a,
    b,
    metrics: [{ name: "ms" }, { name: "ops", better: "higher" }],
    measure: async (command, signal) => {
      const [ms = NaN] = await time(command, signal);
      return [ms, 1000 / ms];
    },
  });
  assertEquals(report.metrics.map(({ verdict }) => verdict), [
    "regressed",
    "regressed",
  ]);
  const [ms, ops] = report.metrics;
  assert((ms?.change?.low ?? NaN) > 0.08 && (ops?.change?.high ?? NaN) < -0.08);
  assertEquals(ms?.correctedP, 2 * (ms?.p ?? NaN));
});

Deno.test("compare() refuses numbers below 0", async () => {
  await assertRejects(
    () => compare({ a, b, measure: () => Promise.resolve([-1]) }),
    RunFailedError,
    "a run measured [-1]",
  );
});

Deno.test("compare() rejects with its signal's reason", async () => {
  const abort = new AbortController();
  const reason = new Error("enough");
  let runs = 0;
  const measure = () => {
    runs += 1;
    if (runs === 5) abort.abort(reason);
    return Promise.resolve([1]);
  };
  const error = await assertRejects(() =>
    compare({ a, b, measure, signal: abort.signal })
  );
  assertEquals(error, reason);
  assertEquals(runs, 5);
});
