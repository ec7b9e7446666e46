import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import { correlate, type MetricSeries } from "../../src/profile/correlation.ts";
import { correlateRun } from "../../src/profile/correlate_run.ts";
import { randomStream } from "../../src/stats/random.ts";
import {
  collection,
  store,
  type StoreStats,
  text,
} from "../../src/store/mod.ts";

function walk(seed: number, length: number): number[] {
  const random = randomStream(seed, "walk");
  let value = 0;
  return Array.from({ length }, () => value += random() - 0.5);
}

function series(name: string, values: readonly number[]): MetricSeries {
  return {
    name,
    points: values.map((value, step) => ({ atMs: step * 1000, value })),
  };
}

Deno.test("nothing is claimed of series with few changes", () => {
  const few = walk(1, 8);
  const report = correlateRun({ series: [series("a", few), series("b", few)] });
  assertEquals(report.correlations, []);
  assertEquals(report.series, [
    { name: "a", changes: 7, isCompared: false },
    { name: "b", changes: 7, isCompared: false },
  ]);
  assertStringIncludes(report.summary, "Nothing can be said");
});

Deno.test("a correlation has an interval that holds it, and is wider for fewer changes", () => {
  const widthOf = (length: number): number => {
    const queue = walk(2, length);
    const noise = walk(3, length);
    const latency = queue.map((value, at) => value + 0.6 * (noise[at] ?? 0));
    const [found] = correlate([series("q", queue), series("l", latency)]);
    assert(found !== undefined);
    assert(found.low <= found.rho && found.rho <= found.high);
    assert(found.low > 0 && found.high < 1);
    return found.high - found.low;
  };
  assert(widthOf(40) > 2 * widthOf(400));
});

Deno.test("intervals hold the true correlation at least as often as they say", () => {
  let held = 0;
  for (let run = 0; run < 200; run++) {
    const random = randomStream(run, "pairs");
    const normal = () =>
      Array.from({ length: 12 }, random).reduce((a, b) => a + b, -6);
    let [x, y] = [0, 0];
    const a: number[] = [];
    const b: number[] = [];
    for (let step = 0; step < 80; step++) {
      const dx = normal();
      a.push(x += dx);
      b.push(y += 0.8 * dx + 0.6 * normal());
    }
    const [found] = correlate([series("a", a), series("b", b)], {
      maxLagSteps: 0,
      alpha: 0.05,
    });
    // Spearman's rho of normal values whose correlation is 0.8.
    const truth = 6 / Math.PI * Math.asin(0.4);
    if (found !== undefined && found.low <= truth && truth <= found.high) {
      held++;
    }
  }
  // 190 are expected; under 178 come by chance once in a thousand times.
  assert(held >= 178, `${held} of 200`);
});

Deno.test("what goes up together in a run of a real store is found over its components", async () => {
  const directory = await Deno.makeTempDir({ prefix: "troupe_correlate_" });
  const notes = collection("notes", { fields: { body: text() } });
  try {
    await using system = new ActorSystem();
    await using data = await store(system, {
      path: `${directory}/data.db`,
      collections: [notes],
    });
    await using collector = new MetricsCollector({ system, intervalMs: 50 });
    collector.start();
    const stats: StoreStats[] = [data.stats()];
    const latency: { atMs: number; value: number }[] = [];
    // Bursts of different sizes: the last write of a large one waits longer.
    for (let step = 0; step < 30; step++) {
      const count = [1, 100, 20, 200, 5][step % 5] ?? 1;
      const startedAt = performance.now();
      const burst = Array.from(
        { length: count },
        () => data.collection(notes).create({ body: "x".repeat(2000) }),
      );
      await Promise.all(burst);
      latency.push({ atMs: step * 1000, value: performance.now() - startedAt });
      // Steps of the run, and not of the machine.
      stats.push({ ...data.stats(), atMs: (step + 0.5) * 1000 });
    }
    const report = correlateRun({
      store: stats.slice(1),
      service: collector.history,
      series: [{ name: "client.burst_ms", points: latency }],
    });
    const pair = report.correlations.find(({ leads, follows, lagMs }) =>
      [leads, follows].includes("client.burst_ms") &&
      [leads, follows].includes("store.writer_busy_ms") && lagMs === 0
    );
    assert(pair !== undefined, JSON.stringify(report, null, 2));
    assert(pair.low > 0);
    assert(
      report.series.some(({ name }) => name === "service.event_loop_p99_ms"),
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
