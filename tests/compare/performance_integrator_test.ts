import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { loadBaseline, saveBaseline } from "../../src/compare/baseline.ts";
import { BaselineError } from "../../src/compare/errors.ts";
import { PerformanceIntegrator } from "../../src/compare/performance_integrator.ts";
import { machine } from "./machine.ts";

const before = { label: "a", command: ["serve"] } as const;
const after = { label: "b", command: ["serve"] } as const;

function integratorOf(effect: number): PerformanceIntegrator {
  return new PerformanceIntegrator({
    difference: 0.05,
    measure: machine({ seed: 11, effect, sigma: 0.005 }),
  });
}

Deno.test("a baseline is unchanged after it was saved and loaded", async () => {
  const path = await Deno.makeTempFile();
  try {
    const baseline = await integratorOf(0).record(before);
    await saveBaseline(path, baseline);
    assertEquals(await loadBaseline(path), baseline);
    assertEquals(baseline.metrics[0]?.a.length, 20);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("compareWith() finds a change against a baseline, with a warning about its cause", async () => {
  const integrator = integratorOf(0.2);
  const baseline = await integrator.record(before);
  const report = await integrator.compareWith(baseline, after);
  assertEquals(report.verdict, "regressed");
  assertStringIncludes(report.caveats.join(), "was not measured interleaved");
  assertStringIncludes(report.a.label, baseline.measuredAt);
});

Deno.test("compareWith() makes no more runs than the baseline has, and claims no more", async () => {
  const integrator = new PerformanceIntegrator({
    noisePairs: 8,
    measure: machine({ seed: 2, effect: 0, sigma: 0.05 }),
  });
  const report = await integrator.compareWith(
    await integrator.record(before),
    before,
  );
  assertEquals(report.pairs, 16);
  assert(report.neededPairs > 16);
  assertEquals(report.verdict, "inconclusive");
});

Deno.test("compareWith() refuses a baseline of another host or command, and lists the differences", async () => {
  const integrator = integratorOf(0);
  const baseline = await integrator.record(before);
  const { fingerprint } = baseline;
  const elsewhere = {
    ...baseline,
    fingerprint: { ...fingerprint, cores: 999 },
  };
  await assertRejects(
    () => integrator.compareWith(elsewhere, after),
    BaselineError,
    `cores is 999 there and ${fingerprint.cores} here, record it again here`,
  );
  await assertRejects(
    () => integrator.compareWith(baseline, { ...after, command: ["other"] }),
    BaselineError,
    "configuration is",
  );
});

Deno.test("loadBaseline() refuses a file without a baseline", async () => {
  const path = await Deno.makeTempFile();
  try {
    for (const text of ["", "{}", '{"version": 1, "metrics": [1]}']) {
      await Deno.writeTextFile(path, text);
      await assertRejects(
        () => loadBaseline(path),
        BaselineError,
        `Cannot read the baseline in ${path}`,
      );
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("PerformanceIntegrator.compare() runs both commands interleaved", async () => {
  const report = await integratorOf(0.2).compare(before, after);
  assertEquals(report.verdict, "regressed");
  assertEquals(report.caveats, []);
});
